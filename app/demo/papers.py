"""Word the JSON answers of a shop's interface: goldens that are no pictures."""

from __future__ import annotations

import json
from typing import Any

CUSTOMER: dict[str, Any] = {
    "id": 3107,
    "name": "Mara Keller",
    "email": "mara@example.org",
    "address": {"street": "Lindenweg 4", "postcode": "20095", "city": "Hamburg", "country": "DE"},
    "membership": "silver",
}
REFUND: dict[str, Any] = {"order": 20391, "reason": "damaged", "amount": "18.00", "currency": "USD"}
CATALOGUE: dict[str, Any] = {
    "items": [
        {"sku": "MUG-330", "name": "Stoneware mug", "price": "18.00"},
        {"sku": "LAMP-DUNE", "name": "Dune table lamp", "price": "74.00"},
        {"sku": "VASE-DUSK", "name": "Dusk vase", "price": "38.00"},
    ],
    "page": 1,
    "pages": 9,
}


def order(*, tracking: bool) -> dict[str, Any]:
    """Word an order; the redesign tells where the parcel is."""
    words: dict[str, Any] = {
        "id": 20418,
        "state": "shipped",
        "customer": 3107,
        "lines": [{"sku": "VASE-DUSK", "count": 1, "price": "38.00"}],
        "total": "38.00",
        "currency": "USD",
    }
    if tracking:
        words["state"] = "in_transit"
        words["tracking"] = {"carrier": "Posten", "number": "NO-7731-20418", "expected": "2026-05-14"}
    return words


def text(words: dict[str, Any], *, sorted_keys: bool = False) -> bytes:
    """Write JSON as a test's golden file."""
    return (json.dumps(words, indent=2, sort_keys=sorted_keys) + "\n").encode()
