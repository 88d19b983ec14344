"""Read a row's number out of an address."""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor


class _Number(Convertor[int]):
    """Not Starlette's `int`: of thousands of digits Python makes no number, and raises."""

    regex = "[0-9]{1,10}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


def teach() -> None:
    """Have routes know `{name:number}`: at most ten digits."""
    register_url_convertor("number", _Number())
