"""Draw the screens of a shop's app, as Flutter tests render them: 390 × 844 logical pixels."""

from __future__ import annotations

from dataclasses import dataclass

from app.demo.canvas import Canvas, Colour
from app.demo.things import Thing, bag, chair, chevron, face, lamp, mug, plant, star, switch, tick, tile, vase

_WIDTH, _HEIGHT = 390, 844
_EDGE = 20
INDIGO, TEAL = "#4f46e5", "#0f766e"
_SAND, _ROSE, _MINT, _SKY, _LILAC = (
    ("#f7efe2", "#eadbc3"),
    ("#fdebe5", "#f6cfc2"),
    ("#e6f4ea", "#c9e6d2"),
    ("#e7f0fa", "#c8dcf2"),
    ("#efecf8", "#d9d2ee"),
)


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a screen."""

    ground: Colour
    card: Colour
    ink: Colour
    quiet: Colour
    line: Colour
    accent: Colour


LIGHT = Theme("#f6f7f9", "#ffffff", "#161b26", "#6b7280", "#e5e7eb", INDIGO)
DARK = Theme("#0f1218", "#1a1f29", "#f3f5f9", "#98a2b3", "#2a313e", "#818cf8")


def _screen(
    theme: Theme, title: str, *, back: bool = True, height: int = _HEIGHT, contrast: float = 1.0
) -> Canvas:
    canvas = Canvas(_WIDTH, height, theme.ground, contrast=contrast)
    canvas.text(34, 34, "9:41", 15, theme.ink, bold=True)
    _status(canvas, theme)
    if back:
        chevron(canvas, 26, 74, theme.ink, towards=-1)
    canvas.text(_WIDTH / 2, 74, title, 17, theme.ink, bold=True, anchor="mm")
    return canvas


def _status(canvas: Canvas, theme: Theme) -> None:
    for bar in range(4):
        canvas.box(302 + 5 * bar, 31 - 3 * bar, 3.5, 4 + 3 * bar, theme.ink, radius=1)
    canvas.frame(334, 23, 26, 13, theme.quiet, theme.ground, radius=4)
    canvas.box(336, 25, 17, 9, theme.ink, radius=2.5)


def _home_bar(canvas: Canvas, theme: Theme) -> None:
    canvas.box(_WIDTH / 2 - 67, canvas.height - 13, 134, 5, theme.ink, radius=2.5)


def _call(canvas: Canvas, theme: Theme, words: str, y: float) -> None:
    canvas.box(_EDGE, y, _WIDTH - 2 * _EDGE, 54, theme.accent, radius=14)
    canvas.text(_WIDTH / 2, y + 27, words, 17, "#ffffff", bold=True, anchor="mm")


def _card(canvas: Canvas, theme: Theme, y: float, height: float) -> None:
    canvas.frame(_EDGE, y, _WIDTH - 2 * _EDGE, height, theme.line, theme.card, radius=16)


def cart(*, call: str, theme: Theme = LIGHT) -> Canvas:
    """Draw the cart, whose button says `call`."""
    canvas = _screen(theme, "Your cart")
    rows: tuple[tuple[Thing, tuple[Colour, Colour], str, str, str, int], ...] = (
        (mug, _ROSE, "Stoneware mug", "Terracotta, 330 ml", "$18.00", 2),
        (lamp, _SAND, "Dune table lamp", "Linen shade", "$74.00", 1),
        (plant, _MINT, "Peace lily", "Pot included", "$26.50", 1),
    )
    for place, row in enumerate(rows):
        _cart_row(canvas, theme, 104 + 122 * place, *row)
    _totals(canvas, theme, 490, (("Subtotal", "$136.50"), ("Delivery", "Free"), ("Taxes", "$11.26")), "$147.76")
    _call(canvas, theme, call, 742)
    _home_bar(canvas, theme)
    return canvas


def saved(*, call: str, theme: Theme = LIGHT) -> Canvas:
    """Draw what was saved for later, whose button says `call` too."""
    canvas = _screen(theme, "Saved for later")
    rows = (
        (chair, _SKY, "Fjord lounge chair", "Wool, oak", "$249.00"),
        (vase, _LILAC, "Dusk vase", "Glazed", "$38.00"),
    )
    for place, (thing, ground, name, about, price) in enumerate(rows):
        _cart_row(canvas, theme, 104 + 122 * place, thing, ground, name, about, price, 1)
    _call(canvas, theme, call, 742)
    _home_bar(canvas, theme)
    return canvas


def _cart_row(
    canvas: Canvas,
    theme: Theme,
    y: float,
    thing: Thing,
    ground: tuple[Colour, Colour],
    name: str,
    about: str,
    price: str,
    count: int,
) -> None:
    _card(canvas, theme, y, 110)
    tile(canvas, 32, y + 12, 86, ground, thing)
    canvas.text(134, y + 34, name, 16, theme.ink, bold=True)
    canvas.text(134, y + 55, about, 13, theme.quiet)
    canvas.text(134, y + 89, price, 16, theme.ink, bold=True)
    canvas.frame(268, y + 66, 90, 32, theme.line, theme.ground, radius=16)
    canvas.text(284, y + 82, "-", 18, theme.quiet, anchor="mm")
    canvas.text(313, y + 82, str(count), 15, theme.ink, bold=True, anchor="mm")
    canvas.text(342, y + 82, "+", 18, theme.accent, anchor="mm")


def _totals(canvas: Canvas, theme: Theme, y: float, rows: tuple[tuple[str, str], ...], total: str) -> None:
    _card(canvas, theme, y, 176)
    for place, (name, value) in enumerate(rows):
        base = y + 36 + 32 * place
        canvas.text(38, base, name, 15, theme.quiet)
        canvas.text(352, base, value, 15, theme.ink, anchor="rs")
    canvas.box(38, y + 120, 314, 1, theme.line)
    canvas.text(38, y + 152, "Total", 17, theme.ink, bold=True)
    canvas.text(352, y + 152, total, 20, theme.ink, bold=True, anchor="rs")


def product(*, accent: Colour) -> Canvas:
    """Draw a product's page in an accent colour."""
    theme = Theme(LIGHT.ground, LIGHT.card, LIGHT.ink, LIGHT.quiet, LIGHT.line, accent)
    canvas = _screen(theme, "Lounge chair")
    bag(canvas, 358, 74, theme.ink)
    canvas.gradient(_EDGE, 104, 350, 330, *_SKY, radius=24)
    chair(canvas, 75, 128, 240)
    for place, colour in enumerate((theme.accent, "#b9c2cf", "#b9c2cf")):
        canvas.disc(181 + 14 * place, 414, 4, colour)
    canvas.text(_EDGE, 474, "Fjord lounge chair", 24, theme.ink, bold=True)
    for place in range(5):
        star(canvas, 28 + 19 * place, 498, 8, "#f5a524" if place < 4 else "#d7dbe2")
    canvas.text(124, 503, "4.3 · 218 reviews", 13, theme.quiet)
    canvas.text(370, 474, "$249", 24, theme.accent, bold=True, anchor="rs")
    for place, words in enumerate(("Soft wool over solid oak. A wide seat", "and a low back, made to sink into.")):
        canvas.text(_EDGE, 540 + 23 * place, words, 15, theme.quiet)
    canvas.text(_EDGE, 606, "Colour", 15, theme.ink, bold=True)
    _swatches(canvas, theme)
    _sizes(canvas, theme)
    _call(canvas, theme, "Add to cart", 756)
    _home_bar(canvas, theme)
    return canvas


def _swatches(canvas: Canvas, theme: Theme) -> None:
    canvas.disc(38, 638, 18, theme.accent)
    canvas.disc(38, 638, 15.5, theme.ground)
    for place, colour in enumerate(("#4f7cac", "#d96c4f", "#3f8f63", "#3b3f4a")):
        canvas.disc(38 + 46 * place, 638, 13, colour)


def _sizes(canvas: Canvas, theme: Theme) -> None:
    for place, words in enumerate(("Chair", "Chair + stool", "Set of 2")):
        chosen = place == 0
        x = _EDGE + 119 * place
        canvas.frame(x, 680, 112, 44, theme.accent if chosen else theme.line, theme.card, radius=12)
        canvas.text(x + 56, 702, words, 14, theme.accent if chosen else theme.ink, anchor="mm")


def profile(*, banner: bool) -> Canvas:
    """Draw a person's page; a banner moves down what stands below it."""
    theme = LIGHT
    canvas = _screen(theme, "Profile", back=False)
    face(canvas, _WIDTH / 2, 152, 44, "MK", ("#7c83f7", "#4338ca"))
    canvas.text(_WIDTH / 2, 222, "Mara Keller", 21, theme.ink, bold=True, anchor="ms")
    canvas.text(_WIDTH / 2, 246, "mara@example.org", 14, theme.quiet, anchor="ms")
    top = 268
    if banner:
        canvas.box(_WIDTH / 2 - 84, 262, 168, 26, "#fff4d6", radius=13)
        star(canvas, _WIDTH / 2 - 66, 275, 6, "#d99a1c")
        canvas.text(_WIDTH / 2 + 8, 275, "Silver: 2 orders to Gold", 12, "#7a5410", anchor="mm")
        top += 32
    _numbers(canvas, theme, top)
    rows = ("Orders", "Addresses", "Payment methods", "Notifications", "Help centre")
    _list(canvas, theme, top + 104, rows)
    _tabs(canvas, theme)
    return canvas


def _numbers(canvas: Canvas, theme: Theme, y: float) -> None:
    _card(canvas, theme, y, 86)
    for place, (number, words) in enumerate((("12", "Orders"), ("3", "Wish lists"), ("$40", "Credit"))):
        x = 78 + 117 * place
        canvas.text(x, y + 42, number, 22, theme.ink, bold=True, anchor="ms")
        canvas.text(x, y + 66, words, 13, theme.quiet, anchor="ms")


def _list(canvas: Canvas, theme: Theme, y: float, rows: tuple[str, ...]) -> None:
    _card(canvas, theme, y, 58 * len(rows))
    signs = ("#e0e7ff", "#dcfce7", "#fef3c7", "#fee2e2", "#e0f2fe")
    inks = ("#4f46e5", "#15803d", "#b45309", "#b91c1c", "#0369a1")
    for place, words in enumerate(rows):
        middle = y + 29 + 58 * place
        if place:
            canvas.box(76, middle - 29, 294, 1, theme.line)
        canvas.box(34, middle - 16, 32, 32, signs[place], radius=9)
        canvas.disc(50, middle, 5, inks[place])
        canvas.text(80, middle + 5, words, 16, theme.ink)
        chevron(canvas, 350, middle, theme.quiet)


def _tabs(canvas: Canvas, theme: Theme) -> None:
    canvas.box(0, 766, _WIDTH, 78, theme.card)
    canvas.box(0, 766, _WIDTH, 1, theme.line)
    for place, words in enumerate(("Home", "Search", "Cart", "Profile")):
        colour = theme.accent if words == "Profile" else theme.quiet
        x = 49 + 97.5 * place
        canvas.box(x - 10, 779, 20, 20, colour, radius=6)
        canvas.text(x, 816, words, 12, colour, anchor="ms")
    _home_bar(canvas, theme)


def settings(theme: Theme, *, contrast: float = 1.0) -> Canvas:
    """Draw the settings in a theme."""
    canvas = _screen(theme, "Settings", contrast=contrast)
    _group(canvas, theme, 122, "APPEARANCE", (("Dark mode", theme is DARK), ("Larger text", False)))
    _group(
        canvas, theme, 300, "NOTIFICATIONS", (("Order updates", True), ("Back in stock", True), ("Offers", False))
    )
    _group(canvas, theme, 534, "PRIVACY", (("Face unlock", True), ("Share usage data", False)))
    canvas.text(_WIDTH / 2, 726, "Fjord & Fern 4.12.0 (1871)", 13, theme.quiet, anchor="ms")
    canvas.text(_WIDTH / 2, 762, "Sign out", 16, "#ef4444", anchor="ms")
    _home_bar(canvas, theme)
    return canvas


def _group(canvas: Canvas, theme: Theme, y: float, title: str, rows: tuple[tuple[str, bool], ...]) -> None:
    canvas.text(36, y, title, 12, theme.quiet)
    _card(canvas, theme, y + 12, 56 * len(rows))
    for place, (words, on) in enumerate(rows):
        middle = y + 40 + 56 * place
        if place:
            canvas.box(36, middle - 28, 334, 1, theme.line)
        canvas.text(36, middle + 5, words, 16, theme.ink)
        switch(canvas, 354, middle, theme.accent if on else theme.line, "#ffffff", on=on)


def sign_in(*, height: int = _HEIGHT) -> Canvas:
    """Draw the page to sign in; taller where the keyboard no longer covers it."""
    theme = LIGHT
    canvas = _screen(theme, "", back=False, height=height)
    canvas.gradient(_WIDTH / 2 - 36, 120, 72, 72, "#6d66f5", "#3730a3", radius=20)
    plant(canvas, _WIDTH / 2 - 30, 124, 60)
    canvas.text(_WIDTH / 2, 240, "Welcome back", 27, theme.ink, bold=True, anchor="ms")
    canvas.text(_WIDTH / 2, 268, "Sign in to see your orders", 15, theme.quiet, anchor="ms")
    _field(canvas, theme, 304, "Email", "mara@example.org")
    _field(canvas, theme, 388, "Password", "· · · · · · · · · ·")
    canvas.text(370, 484, "Forgot password?", 14, theme.accent, anchor="rs")
    _call(canvas, theme, "Sign in", 510)
    canvas.box(_EDGE, 600, 150, 1, theme.line)
    canvas.text(_WIDTH / 2, 600, "or", 14, theme.quiet, anchor="mm")
    canvas.box(220, 600, 150, 1, theme.line)
    for place, words in enumerate(("Continue with a passkey", "Send me a link")):
        canvas.frame(_EDGE, 630 + 66 * place, 350, 54, theme.line, theme.card, radius=14)
        canvas.text(_WIDTH / 2, 657 + 66 * place, words, 16, theme.ink, anchor="mm")
    _home_bar(canvas, theme)
    return canvas


def _field(canvas: Canvas, theme: Theme, y: float, name: str, value: str) -> None:
    canvas.frame(_EDGE, y, 350, 66, theme.line, theme.card, radius=14)
    canvas.text(36, y + 25, name, 12, theme.quiet)
    canvas.text(36, y + 49, value, 16, theme.ink)


def order_status() -> Canvas:
    """Draw where an order is."""
    theme = LIGHT
    canvas = _screen(theme, "Order 20418")
    _card(canvas, theme, 104, 118)
    tile(canvas, 32, 118, 90, _LILAC, vase)
    canvas.text(138, 152, "Dusk vase", 17, theme.ink, bold=True)
    canvas.text(138, 176, "Arrives Thursday, 14 May", 14, theme.quiet)
    canvas.text(138, 202, "$38.00", 16, theme.ink, bold=True)
    _card(canvas, theme, 240, 330)
    steps = ("Order placed", "Packed in Bergen", "On its way", "Delivered")
    canvas.box(51, 280, 2, 232, theme.line)
    canvas.box(51, 280, 2, 156, theme.accent)
    for place, words in enumerate(steps):
        _step(canvas, theme, 280 + 78 * place, words, done=place < 3)
    _call(canvas, theme, "Track parcel", 742)
    _home_bar(canvas, theme)
    return canvas


def _step(canvas: Canvas, theme: Theme, y: float, words: str, *, done: bool) -> None:
    canvas.disc(52, y, 13, theme.accent if done else theme.line)
    if done:
        tick(canvas, 52, y, 13, "#ffffff")
    canvas.text(80, y + 2, words, 16, theme.ink if done else theme.quiet, bold=done)
    canvas.text(80, y + 22, "11 May, 09:24" if done else "Expected 14 May", 13, theme.quiet)
