"""Write Markdown that stays what it is, whatever words stand in it. Pure.

Names come out of artifacts and trees that anybody may have made: they must not link, ping, tick, end a table's
cell or forge a mark. GitHub looks for mentions and references in the rendered text, where a backslash is no longer
seen; only code, or an invisible character inside the word, keeps it from finding one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

_JOINER = "\N{WORD JOINER}"
_STAND_INS = str.maketrans({"`": "ˋ", "|": "¦", "\n": " ", "\r": " ", "\t": " "})
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SPECIAL = re.compile(r"[\\*_\[\]<>&~!$]")
_REFERENCE = re.compile(r"(?<=@)|(?<=#)(?=\d)|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=GH)(?=-\d)", re.IGNORECASE)
_BLOCK = re.compile(r"^(?=[-+=#/:])|(?<=^\d)(?=\d*[.)])")
_PING = re.compile(r"@[A-Za-z0-9][A-Za-z0-9_.-]{0,254}: ")
_CODE = re.compile(r"`([^`\n]+)`")


def code(name: str, most: int = 100) -> str:
    """Write a name as code; where it is long, its beginning and its end."""
    shown = _visible(_short(name, most)) or "?"
    return f"`{shown}`" if shown == shown.strip() else f"` {shown} `"


def text(words: str, most: int = 600) -> str:
    """Write foreign words on one line as nothing but words."""
    return _BLOCK.sub(_JOINER, _inert(_short(words, most)).strip())


def prose(sentence: str, most: int = 600) -> str:
    """Write one of our own sentences, which may quote foreign words; what stands between backticks is code."""
    parts = _CODE.split(_short(sentence, most))
    written = "".join(code(part) if at % 2 else _inert(part) for at, part in enumerate(parts))
    return _BLOCK.sub(_JOINER, written.strip())


def address(sentence: str) -> str:
    """Write a sentence of ours as `prose` does, but let it ping whom it begins with, as in `@name: …`."""
    ping = _PING.match(sentence)
    return ping[0] + prose(sentence[ping.end() :]) if ping else prose(sentence)


def link(label: str, url: str) -> str:
    """Write a link; `label` is Markdown, `url` our own."""
    return f"[{label}]({_escaped(url)})"


def picture(url: str, alt: str, width: int) -> str:
    """Write a picture that leads to itself."""
    source = escape(_escaped(url))
    return f'<a href="{source}"><img src="{source}" alt="{escape(alt)}" width="{width}"></a>'


def heads(*columns: str) -> str:
    """Write the first two lines of a table; a column whose name ends in a space has numbers."""
    named = (each.rstrip() for each in columns)
    return "\n".join([row(*named), row(*("--:" if each.endswith(" ") else "---" for each in columns))])


def row(*cells: str) -> str:
    """Write one line of a table; each cell is Markdown on one line."""
    return f"| {' | '.join(cells)} |"


def fence(lines: Iterable[str], language: str) -> str:
    """Write a block of code."""
    shown = [_visible(line) for line in lines]
    return "\n".join([f"```{language}", *shown, "```"])


def fold(label: str, content: str) -> str:
    """Write something that opens when its label is pressed; `label` is text of our own."""
    return f"<details><summary>{label}</summary>\n\n{content}\n\n</details>"


def weight(markdown: str) -> int:
    """Count as the strictest forge does: bytes of UTF-8, never fewer than characters of any kind."""
    return len(markdown.encode())


def fitting(lines: Iterable[str], room: int) -> list[str]:
    """Give the first lines that fit into so many bytes, each with its line end."""
    kept: list[str] = []
    for line in lines:
        room -= weight(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept


def _escaped(url: str) -> str:
    return quote(url, safe="%/:?#@&=+,;~", errors="replace")


def _inert(words: str) -> str:
    return _REFERENCE.sub(_JOINER, _SPECIAL.sub(r"\\\g<0>", _visible(words)))


def _visible(words: str) -> str:
    """Put stand-ins for what would break out, and names for what nobody could see: reversed text, controls."""
    return "".join(
        f"⟨U+{ord(each):04X}⟩" if unicodedata.category(each) in _UNSEEN else each
        for each in words.translate(_STAND_INS)
    )


def _short(words: str, most: int) -> str:
    if len(words) <= most:
        return words
    return f"{words[: most // 3]}…{words[-(most - most // 3 - 1) :]}"
