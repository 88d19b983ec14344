"""Say what the sample's goldens are, and what CI drew of them after the redesign, one of each outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.demo import desk, papers, phone
from app.demo.canvas import Canvas
from app.demo.phone import DARK, INDIGO, LIGHT, TEAL

SHOP = "apps/shop/test/goldens"
WEB = "web/tests"
API = "services/orders/goldens"
_BEFORE, _AFTER = "Checkout", "Pay now"

CONFIG = b"""\
version: 1
suites:
  - name: shop app
    preset: flutter
    goldens: ["apps/shop/test/goldens/**/*.png"]
    artifact: golddigger-shop
  - name: website
    preset: playwright
    goldens: ["web/tests/**/*-snapshots/*.png"]
    artifact: golddigger-website
  - name: orders service
    preset: same-path
    goldens: ["services/orders/goldens/**"]
    artifact: golddigger-orders
    mode: all
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A golden and its candidate. None: there is none."""

    golden: bytes | None
    candidate: bytes | None


def shop() -> Mapping[str, Drawn]:
    """Give the shop app's screens, by golden."""
    return {
        f"{SHOP}/cart_page.png": _both(phone.cart(call=_BEFORE), phone.cart(call=_AFTER)),
        f"{SHOP}/order_status.png": _same(phone.order_status()),
        f"{SHOP}/product_page.png": _both(phone.product(accent=INDIGO), phone.product(accent=TEAL)),
        f"{SHOP}/profile_page.png": _both(phone.profile(banner=False), phone.profile(banner=True)),
        f"{SHOP}/saved_page.png": _both(phone.saved(call=_BEFORE), phone.saved(call=_AFTER)),
        f"{SHOP}/settings_dark.png": _both(phone.settings(DARK), phone.settings(DARK, contrast=1.4)),
        f"{SHOP}/settings_light.png": _same(phone.settings(LIGHT)),
        f"{SHOP}/sign_in_page.png": _both(phone.sign_in(height=844), phone.sign_in(height=812)),
    }


def website() -> Mapping[str, Drawn]:
    """Give the website's pages, by golden."""
    before = desk.landing(headline=("Made slowly,", "kept for years"), call="Shop spring")
    after = desk.landing(headline=("Made slowly,", "yours for life"), call="Shop spring")
    dashboards = desk.dashboard(colours=desk.BLUES), desk.dashboard(colours=desk.WARM)
    payment = desk.payment(button="Pay $308.51").png()
    return {
        f"{WEB}/dashboard.spec.ts-snapshots/dashboard-chromium-linux.png": _both(*dashboards),
        f"{WEB}/home.spec.ts-snapshots/landing-chromium-linux.png": _both(before, after),
        # The runner's disk was full: CI kept the first part of the file.
        f"{WEB}/checkout.spec.ts-snapshots/payment-chromium-linux.png": Drawn(
            payment, payment[: len(payment) // 3]
        ),
        f"{WEB}/pricing.spec.ts-snapshots/pricing-chromium-linux.png": Drawn(None, desk.pricing().png()),
    }


def orders() -> Mapping[str, Drawn]:
    """Give the orders service's answers and papers, by golden."""
    invoice = desk.invoice()
    catalogue = papers.text(papers.CATALOGUE)
    return {
        f"{API}/catalogue.json": Drawn(catalogue, papers.text(papers.CATALOGUE, sorted_keys=True)),
        f"{API}/customer.json": Drawn(papers.text(papers.CUSTOMER), papers.text(papers.CUSTOMER)),
        f"{API}/invoice.png": Drawn(invoice.png(), invoice.png(level=1)),
        f"{API}/label.png": Drawn(desk.label().png(by="Stencil 4.1"), desk.label().png(by="Stencil 4.2")),
        f"{API}/order.json": Drawn(
            papers.text(papers.order(tracking=False)), papers.text(papers.order(tracking=True))
        ),
        f"{API}/refund.json": Drawn(papers.text(papers.REFUND), None),
    }


def _both(golden: Canvas, candidate: Canvas) -> Drawn:
    return Drawn(golden.png(), candidate.png())


def _same(canvas: Canvas) -> Drawn:
    return Drawn(canvas.png(), canvas.png())
