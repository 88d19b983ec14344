"""Draw web pages of a shop, as a browser's tests see them: 1280 × 800 pixels and an invoice on paper."""

from __future__ import annotations

from collections.abc import Sequence

from app.demo.canvas import Canvas, Colour
from app.demo.things import chair, chevron, face, lamp, mug, plant, star, tick, tile, vase

_WIDTH, _HEIGHT = 1280, 800
_INK, _QUIET, _LINE, _GROUND = "#161b26", "#667085", "#e4e7ec", "#f6f7f9"
_INDIGO, _FOREST = "#4f46e5", "#14532d"
BLUES: tuple[Colour, ...] = ("#4f46e5", "#818cf8", "#c7d2fe", "#e0e7ff")
WARM: tuple[Colour, ...] = ("#c2410c", "#fb923c", "#fed7aa", "#ffedd5")


def _page(ground: Colour = "#ffffff") -> Canvas:
    return Canvas(_WIDTH, _HEIGHT, ground, scale=1)


def _header(canvas: Canvas) -> None:
    canvas.box(0, 0, _WIDTH, 72, "#ffffff")
    canvas.box(0, 72, _WIDTH, 1, _LINE)
    canvas.box(64, 22, 28, 28, _FOREST, radius=8)
    plant(canvas, 64, 21, 28)
    canvas.text(104, 43, "Fjord & Fern", 19, _INK, bold=True)
    x = 420.0
    for words in ("New in", "Furniture", "Lighting", "Plants", "Journal"):
        x += canvas.text(x, 42, words, 15, _QUIET) + 40
    canvas.text(1094, 42, "Sign in", 15, _INK)
    canvas.box(1160, 20, 56, 34, _INK, radius=17)
    canvas.text(1188, 37, "Cart", 14, "#ffffff", anchor="mm")


def landing(*, headline: tuple[str, str], call: str) -> Canvas:
    """Draw the shop's first page under a headline of two lines."""
    canvas = _page()
    _header(canvas)
    canvas.gradient(0, 73, _WIDTH, 427, "#f3efe6", "#e3ecdf")
    canvas.text(64, 176, "SPRING 2026", 14, _FOREST, bold=True)
    for place, words in enumerate(headline):
        canvas.text(64, 244 + 62 * place, words, 54, _INK, bold=True)
    canvas.text(64, 356, "Furniture, light and plants that are made to be kept:", 18, _QUIET)
    canvas.text(64, 382, "repairable, from small workshops, delivered in a week.", 18, _QUIET)
    canvas.box(64, 414, 168, 52, _FOREST, radius=26)
    canvas.text(148, 440, call, 16, "#ffffff", bold=True, anchor="mm")
    canvas.text(258, 446, "See how it is made", 16, _INK)
    _still_life(canvas)
    _shelf(canvas)
    return canvas


def _still_life(canvas: Canvas) -> None:
    canvas.oval(760, 430, 440, 40, "#d3dccb")
    chair(canvas, 800, 150, 330)
    lamp(canvas, 1030, 236, 220)
    plant(canvas, 700, 270, 190)


def _shelf(canvas: Canvas) -> None:
    canvas.text(64, 552, "Loved this week", 24, _INK, bold=True)
    canvas.text(1216, 552, "View all", 15, _FOREST, anchor="rs")
    grounds = (("#fdebe5", "#f6cfc2"), ("#f7efe2", "#eadbc3"), ("#efecf8", "#d9d2ee"), ("#e6f4ea", "#c9e6d2"))
    goods = (("Stoneware mug", "$18"), ("Dune lamp", "$74"), ("Dusk vase", "$38"), ("Peace lily", "$26"))
    for place, (thing, ground, (name, price)) in enumerate(
        zip((mug, lamp, vase, plant), grounds, goods, strict=True)
    ):
        x = 64 + 296 * place
        canvas.frame(x, 580, 264, 176, _LINE, "#ffffff", radius=16)
        tile(canvas, x + 16, 596, 144, ground, thing)
        canvas.text(x + 172, 640, name.split()[0], 16, _INK, bold=True)
        canvas.text(x + 172, 662, name.split()[1], 16, _INK, bold=True)
        canvas.text(x + 172, 692, price, 16, _QUIET)


def dashboard(*, colours: Sequence[Colour]) -> Canvas:
    """Draw the sellers' dashboard, its charts in these colours."""
    canvas = _page(_GROUND)
    _side(canvas)
    canvas.text(272, 62, "Overview", 26, _INK, bold=True)
    canvas.text(272, 88, "1 to 30 April 2026, compared with March", 14, _QUIET)
    face(canvas, 1220, 60, 20, "MK", ("#7c83f7", "#4338ca"))
    numbers = (
        ("Revenue", "$48,120", "+12.4 %"),
        ("Orders", "1,204", "+6.1 %"),
        ("Returns", "2.3 %", "-0.4 %"),
        ("Visitors", "38.9 k", "+3.8 %"),
    )
    for place, number in enumerate(numbers):
        _figure(canvas, 272 + 240 * place, *number)
    _bars(canvas, colours)
    _ring(canvas, colours)
    _orders(canvas)
    return canvas


def _side(canvas: Canvas) -> None:
    canvas.box(0, 0, 232, _HEIGHT, "#111827")
    canvas.box(28, 30, 28, 28, _FOREST, radius=8)
    plant(canvas, 28, 29, 28)
    canvas.text(68, 50, "Fjord & Fern", 17, "#ffffff", bold=True)
    for place, words in enumerate(("Overview", "Orders", "Products", "Customers", "Campaigns", "Settings")):
        y = 96 + 46 * place
        if place == 0:
            canvas.box(16, y, 200, 38, "#1f2937", radius=10)
        canvas.box(30, y + 11, 16, 16, "#e5e7eb" if place == 0 else "#6b7280", radius=5)
        canvas.text(60, y + 24, words, 15, "#ffffff" if place == 0 else "#9ca3af")


def _panel(canvas: Canvas, x: float, y: float, width: float, height: float, title: str) -> None:
    canvas.frame(x, y, width, height, _LINE, "#ffffff", radius=14)
    if title:
        canvas.text(x + 24, y + 36, title, 16, _INK, bold=True)


def _figure(canvas: Canvas, x: float, name: str, value: str, change: str) -> None:
    _panel(canvas, x, 112, 224, 104, "")
    canvas.text(x + 22, 144, name, 14, _QUIET)
    canvas.text(x + 22, 188, value, 27, _INK, bold=True)
    canvas.box(x + 148, 168, 62, 24, "#dcfce7", radius=12)
    canvas.text(x + 179, 180, change, 12, "#15803d", anchor="mm")


def _bars(canvas: Canvas, colours: Sequence[Colour]) -> None:
    _panel(canvas, 272, 236, 594, 270, "Revenue by week")
    for place, words in enumerate(("15 k", "10 k", "5 k", "0")):
        y = 306 + 52 * place
        canvas.text(318, y + 4, words, 12, _QUIET, anchor="rs")
        canvas.box(332, y, 510, 1, _LINE)
    weeks = ((96, 62), (118, 74), (84, 70), (132, 88), (146, 92), (124, 101), (151, 110))
    for place, (now, then) in enumerate(weeks):
        x = 348 + 72 * place
        canvas.box(x, 462 - then, 20, then, colours[2], radius=4)
        canvas.box(x + 23, 462 - now, 20, now, colours[0], radius=4)
        canvas.text(x + 21, 486, f"W{place + 13}", 12, _QUIET, anchor="ms")


def _ring(canvas: Canvas, colours: Sequence[Colour]) -> None:
    _panel(canvas, 886, 236, 330, 270, "Sales by range")
    turns = ((0, 151), (151, 252), (252, 317), (317, 360))
    for turn, colour in zip(turns, colours, strict=True):
        canvas.ring(988, 388, 72, colour, width=26, turn=turn)
    canvas.text(988, 386, "1,204", 20, _INK, bold=True, anchor="ms")
    canvas.text(988, 406, "orders", 13, _QUIET, anchor="ms")
    for place, (words, colour) in enumerate(
        zip(("Furniture", "Lighting", "Plants", "Other"), colours, strict=True)
    ):
        canvas.disc(1094, 344 + 30 * place, 5, colour)
        canvas.text(1108, 349 + 30 * place, words, 14, _INK)


def _orders(canvas: Canvas) -> None:
    _panel(canvas, 272, 526, 944, 246, "Latest orders")
    for x, words in ((296, "Order"), (430, "Customer"), (690, "Item"), (930, "Total"), (1060, "State")):
        canvas.text(x, 596, words, 13, _QUIET)
    rows = (
        ("20418", "Mara Keller", "Dusk vase", "$38.00", "On its way"),
        ("20417", "Jonas Lind", "Fjord lounge chair", "$249.00", "Packed"),
        ("20416", "Aiko Tanaka", "Dune table lamp", "$74.00", "Delivered"),
        ("20415", "Sam Okafor", "Stoneware mug, 4 pieces", "$72.00", "Delivered"),
    )
    for place, row in enumerate(rows):
        _order(canvas, 610 + 39 * place, row)


def _order(canvas: Canvas, y: float, row: tuple[str, str, str, str, str]) -> None:
    canvas.box(296, y, 896, 1, _LINE)
    for x, words in zip((296, 430, 690, 930), row, strict=False):
        canvas.text(x, y + 25, words, 14, _INK)
    ground, ink = ("#dcfce7", "#15803d") if row[4] == "Delivered" else ("#fef3c7", "#b45309")
    canvas.box(1060, y + 8, 92, 24, ground, radius=12)
    canvas.text(1106, y + 20, row[4], 12, ink, anchor="mm")


def pricing() -> Canvas:
    """Draw the page that compares memberships."""
    canvas = _page(_GROUND)
    _header(canvas)
    canvas.text(_WIDTH / 2, 158, "Membership that pays for itself", 38, _INK, bold=True, anchor="ms")
    canvas.text(
        _WIDTH / 2,
        194,
        "Free delivery, repairs and plant advice. Leave whenever you like.",
        17,
        _QUIET,
        anchor="ms",
    )
    plans = (
        ("Seed", "$0", ("30 days to return", "Order history", "Mail support")),
        ("Leaf", "$6", ("Free delivery", "60 days to return", "Plant advice by chat", "Early sales")),
        (
            "Grove",
            "$14",
            ("Everything in Leaf", "Free repairs for 5 years", "Furniture assembly", "One plant a season"),
        ),
    )
    for place, plan in enumerate(plans):
        _plan(canvas, 164 + 326 * place, *plan, best=place == 1)
    return canvas


def _plan(canvas: Canvas, x: float, name: str, price: str, points: tuple[str, ...], *, best: bool) -> None:
    canvas.shadow(x, 240, 300, 470, radius=20, blur=18 if best else 8)
    canvas.frame(x, 240, 300, 470, _FOREST if best else _LINE, "#ffffff", radius=20)
    canvas.text(x + 30, 292, name, 20, _INK, bold=True)
    if best:
        canvas.box(x + 182, 272, 90, 26, "#dcfce7", radius=13)
        canvas.text(x + 227, 285, "Most loved", 12, "#15803d", anchor="mm")
    width = canvas.text(x + 30, 356, price, 46, _INK, bold=True)
    canvas.text(x + 40 + width, 356, "a month", 15, _QUIET)
    canvas.box(x + 30, 384, 240, 1, _LINE)
    for place, words in enumerate(points):
        tick(canvas, x + 40, 420 + 38 * place, 14, "#15803d")
        canvas.text(x + 60, 425 + 38 * place, words, 15, _INK)
    canvas.box(x + 30, 630, 240, 50, _FOREST if best else "#eef1f4", radius=12)
    canvas.text(x + 150, 655, f"Choose {name}", 16, "#ffffff" if best else _INK, bold=True, anchor="mm")


def payment(*, button: str) -> Canvas:
    """Draw the step of the checkout where one pays."""
    canvas = _page(_GROUND)
    _header(canvas)
    for place, words in enumerate(("Cart", "Delivery", "Payment")):
        canvas.text(64 + 116 * place, 124, words, 15, _INK if place == 2 else _QUIET, bold=place == 2)
        if place < 2:
            chevron(canvas, 154 + 116 * place - 8 * (1 - place), 119, "#98a2b3")
    canvas.frame(64, 150, 700, 420, _LINE, "#ffffff", radius=16)
    canvas.text(96, 202, "Payment", 24, _INK, bold=True)
    fields = (
        (232, 0, 636, "Card number", "4242 4242 4242 4242"),
        (318, 0, 310, "Expires", "04 / 29"),
        (318, 326, 310, "Security code", "· · ·"),
        (404, 0, 636, "Name on card", "Mara Keller"),
    )
    for y, left, width, name, value in fields:
        canvas.frame(96 + left, y, width, 68, _LINE, "#ffffff", radius=12)
        canvas.text(114 + left, y + 26, name, 12, _QUIET)
        canvas.text(114 + left, y + 50, value, 16, _INK)
    canvas.box(96, 494, 636, 52, _FOREST, radius=12)
    canvas.text(414, 520, button, 17, "#ffffff", bold=True, anchor="mm")
    _summary(canvas)
    return canvas


def _summary(canvas: Canvas) -> None:
    canvas.frame(796, 150, 420, 420, _LINE, "#ffffff", radius=16)
    canvas.text(824, 202, "Order summary", 20, _INK, bold=True)
    tile(canvas, 824, 224, 72, ("#e7f0fa", "#c8dcf2"), chair)
    tile(canvas, 824, 312, 72, ("#fdebe5", "#f6cfc2"), mug)
    for y, name, price in ((252, "Fjord lounge chair", "$249.00"), (340, "Stoneware mug, 2 pieces", "$36.00")):
        canvas.text(914, y, name, 15, _INK)
        canvas.text(914, y + 24, price, 15, _QUIET)
    canvas.box(824, 408, 364, 1, _LINE)
    for y, name, price in ((442, "Delivery", "Free"), (474, "Taxes", "$23.51")):
        canvas.text(824, y, name, 15, _QUIET)
        canvas.text(1188, y, price, 15, _INK, anchor="rs")
    _promises(canvas)
    canvas.text(824, 530, "Total", 18, _INK, bold=True)
    canvas.text(1188, 530, "$308.51", 22, _INK, bold=True, anchor="rs")


def _promises(canvas: Canvas) -> None:
    promises = (
        ("Free repairs", "for two years, in our own workshop"),
        ("60 days to return", "and we come to collect it"),
        ("Paid safely", "your card number never reaches us"),
    )
    for place, (title, about) in enumerate(promises):
        x = 64 + 394 * place
        canvas.frame(x, 602, 364, 112, _LINE, "#ffffff", radius=16)
        canvas.disc(x + 46, 658, 20, "#dcfce7")
        tick(canvas, x + 46, 658, 18, "#15803d")
        canvas.text(x + 84, 652, title, 16, _INK, bold=True)
        canvas.text(x + 84, 676, about, 14, _QUIET)
    canvas.text(_WIDTH / 2, 764, "Fjord & Fern AS, Bryggen 12, 5003 Bergen", 13, _QUIET, anchor="ms")


def label() -> Canvas:
    """Draw the label of a parcel."""
    canvas = Canvas(480, 320, "#ffffff", scale=1)
    canvas.frame(16, 16, 448, 288, _INK, "#ffffff", radius=10)
    canvas.text(40, 62, "Fjord & Fern", 19, _INK, bold=True)
    canvas.text(440, 62, "NO-7731-20418", 15, _QUIET, anchor="rs")
    canvas.box(40, 84, 400, 1, _LINE)
    for place, words in enumerate(("Mara Keller", "Lindenweg 4", "20095 Hamburg")):
        canvas.text(40, 122 + 26 * place, words, 18, _INK, bold=place == 0)
    for place, wide in enumerate((3, 1, 2, 4, 1, 3, 2, 1, 4, 2, 1, 3, 1, 2, 4, 1, 2, 3, 1, 4, 2, 1, 3, 2)):
        canvas.box(40 + 16 * place, 206, 3 * wide, 70, _INK)
    return canvas


def invoice() -> Canvas:
    """Draw an invoice on paper."""
    canvas = Canvas(620, 800, "#ffffff", scale=1)
    canvas.box(48, 48, 34, 34, _FOREST, radius=10)
    plant(canvas, 48, 46, 34)
    canvas.text(96, 72, "Fjord & Fern", 21, _INK, bold=True)
    canvas.text(572, 72, "Invoice 20418", 21, _INK, bold=True, anchor="rs")
    for place, words in enumerate(("Mara Keller", "Lindenweg 4", "20095 Hamburg")):
        canvas.text(48, 142 + 22 * place, words, 14, _INK)
    for place, words in enumerate(("Issued 11 May 2026", "Due 25 May 2026", "Order 20418")):
        canvas.text(572, 142 + 22 * place, words, 14, _QUIET, anchor="rs")
    canvas.box(48, 232, 524, 34, _GROUND, radius=6)
    for place, (item, count, price) in enumerate(
        (
            ("Item", "Pieces", "Price"),
            ("Dusk vase", "1", "$38.00"),
            ("Stoneware mug", "2", "$36.00"),
            ("Peace lily, pot included", "1", "$26.50"),
        )
    ):
        y = 254 + 44 * place
        colour = _QUIET if place == 0 else _INK
        canvas.text(64, y, item, 14, colour)
        canvas.text(400, y, count, 14, colour, anchor="rs")
        canvas.text(556, y, price, 14, colour, anchor="rs")
        canvas.box(48, y + 18, 524, 1, _LINE)
    for place, (words, price) in enumerate(
        (("Subtotal", "$100.50"), ("Taxes (8.25 %)", "$8.29"), ("Total", "$108.79"))
    ):
        y = 460 + 32 * place
        canvas.text(400, y, words, 15, _INK, bold=place == 2, anchor="rs")
        canvas.text(556, y, price, 15, _INK, bold=place == 2, anchor="rs")
    for place in range(5):
        star(canvas, 56 + 20 * place, 640, 8, "#f5a524")
    canvas.text(48, 676, "Thank you. Repairs are free for two years: write to care@example.org", 14, _QUIET)
    canvas.text(48, 740, "Fjord & Fern AS, Bryggen 12, 5003 Bergen", 12, _QUIET)
    return canvas
