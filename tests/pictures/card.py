"""Draw a comment as GitHub does: its Markdown as HTML, in a card."""

from __future__ import annotations

import re
import zipfile
from base64 import b64encode
from pathlib import Path

from markdown_it import MarkdownIt

from bots.local.git import Git

_ICON = Path(__file__).parents[2] / "app/web/static/icon.svg"
_BOX = re.compile(r"<li>\s*(?:<p>)?\[ \]")
_STYLE = """
body { margin: 0; padding: 16px 16px 16px 12px; background: #fff; color: #1f2328;
       font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
.line { display: flex; gap: 16px; }
.face { flex: none; width: 40px; height: 40px; border-radius: 6px; box-shadow: 0 0 0 1px #d1d9e0; }
.card { flex: 1; min-width: 0; border: 1px solid #d1d9e0; border-radius: 6px; }
.head { padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0;
        color: #59636e; }
.head b { color: #1f2328; font-weight: 600; }
.bot { padding: 0 6px; margin: 0 4px; border: 1px solid #d1d9e0; border-radius: 2em; font-size: 12px; }
.body { padding: 16px; overflow-wrap: break-word; }
.body > :first-child, .body > h3 { margin-top: 0; }
h3 { margin: 16px 0; font-size: 17.5px; font-weight: 600; line-height: 1.25; }
p, ul, table, details { margin: 0 0 16px; }
a { color: #0969da; text-decoration: none; }
p a, td a { text-decoration: underline; text-underline-offset: 3px; }
code { padding: 2.8px 5.6px; border-radius: 6px; background: #818b981f;
       font: 85% ui-monospace, "DejaVu Sans Mono", monospace; }
table { border-collapse: collapse; display: block; overflow: auto; }
th, td { padding: 6px 13px; border: 1px solid #d1d9e0; text-align: left; }
th { font-weight: 600; }
tr:nth-child(2n) td { background: #f6f8fa; }
img { max-width: 100%; vertical-align: middle; background: #fff; }
ul { padding-left: 28px; }
li.box { list-style: none; margin-left: -20px; }
li.box input { margin: 0 6px 3px 0; vertical-align: middle; }
summary { cursor: pointer; }
"""


def draw(markdown: str) -> str:
    """Give the page that shows a comment of our bot."""
    told = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    body = _BOX.sub('<li class="box"><input type="checkbox">', told)
    face = b64encode(_ICON.read_bytes()).decode()
    return (
        f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style><div class=line>"
        f'<img class=face alt="" src="data:image/svg+xml;base64,{face}"><div class=card>'
        "<div class=head><b>golddigger</b> <span class=bot>bot</span> commented 2 minutes ago</div>"
        f"<div class=body>{body}</div></div></div>"
    )


def files(git: Git, branch: str) -> dict[str, bytes]:
    """Read every file of a branch."""
    names = git.run("ls-tree", "-r", "-z", "--name-only", branch).decode().split("\0")
    return {name: git.run("cat-file", "blob", f"{branch}:{name}") for name in names if name}


def members(artifact: Path) -> dict[str, bytes]:
    """Read the files of an artifact's zip."""
    with zipfile.ZipFile(artifact) as packed:
        return {name: packed.read(name) for name in packed.namelist()}
