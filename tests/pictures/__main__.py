"""Take the README's pictures anew: `python -m tests.pictures`. Needs chromium."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from app import logs, review
from app.demo import sample
from tests.forges.github.double import GitHubDouble
from tests.pictures import card
from tests.stories.bench import staged
from tests.stories.hosts import HOSTS

PICTURES = Path(__file__).parents[2] / "docs/pictures"
_CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_COLOURS = 255
_SHOWN = ("results.json", "landing", "dashboard", "pricing")
"""The website's goldens that the comment is about: one of all twelve would be too long for a picture."""


def main() -> None:
    """Take both, from the demo's sample."""
    logs.set_up(level="error")
    with sync_playwright() as playwright, TemporaryDirectory(prefix="golddigger-pictures-") as folder:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        _run(browser, Path(folder, "local"))
        _comment(browser, Path(folder, "github"))
        browser.close()


def _run(browser: Browser, folder: Path) -> None:
    """Take the run's page as `golddigger demo` shows it, after a first decision."""
    folder.mkdir()
    made = sample.make(folder)
    with review.opened(made.git, sample.BRANCH, data=folder / "data", port=None, say=_nobody) as at:
        at.hand_over(made.artifacts)
        page = _page(browser, 1280, 860)
        page.goto(at.invitation(at.ended(seconds=60)))
        page.keyboard.press("y")
        page.wait_for_selector('[data-entry][data-opinion="approved"]')
        page.click('[data-entry]:has-text("product_page.png") a')
        page.wait_for_load_state("networkidle")
        page.mouse.move(0, 0)
        _take(page, "run.png")


def _comment(browser: Browser, folder: Path) -> None:
    """Take the comment as a pull request shows it: what the bot wrote there, drawn as GitHub draws it."""
    folder.mkdir()
    made = sample.make(folder)
    with GitHubDouble() as github, staged(HOSTS["github"], github, folder, images="all") as stage:
        repo = github.repo("fjord/fjord", files=card.files(made.git, "main"))
        pull = repo.pull(
            files=card.files(made.git, sample.BRANCH), branch=sample.BRANCH, title="Redesign the shop"
        )
        github.opened(pull)
        drawn = card.members(made.artifacts["golddigger-website"])
        kept = {path: content for path, content in drawn.items() if any(each in path for each in _SHOWN)}
        github.finish_workflow(pull, {"golddigger-website": kept})
        page = _page(browser, 860, 400)
        page.set_content(card.draw(stage.comment(pull).body), wait_until="networkidle")
        _take(page, "comment.png", whole=True)


def _page(browser: Browser, width: int, height: int) -> Page:
    return browser.new_page(
        viewport={"width": width, "height": height}, device_scale_factor=1.5, reduced_motion="reduce"
    )


def _take(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep what is seen, in few enough colours that a README loads at once."""
    path = PICTURES / name
    page.screenshot(path=path, full_page=whole)
    with Image.open(path) as shot:
        few = shot.convert("RGB").quantize(_COLOURS, kmeans=1, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path.relative_to(PICTURES.parents[1])}: {path.stat().st_size // 1024} KiB")


def _nobody(_words: str) -> None:
    """Say nothing."""


if __name__ == "__main__":
    main()
