"""Start emulate, a GitHub that somebody else wrote: https://github.com/vercel-labs/emulate (Apache-2.0)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.forges.github.keys import Key
from tests.forges.web import free_port

Json = Any
FOLDER = Path(os.environ.get("GOLDDIGGER_TEST_NPM") or Path(__file__).parents[2] / ".peers").absolute()
MUST_RUN = os.environ.get("GOLDDIGGER_TEST_REQUIRE") == "all"
OLDEST_NODE = 22
PATIENCE = 30.0

APP_ID, INSTALLATION, SECRET = "12345", "100", "only emulate and we know"
PERMISSIONS = {
    "actions": "read",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
}
PEOPLE = {"dev": "token-of-dev", "maria": "token-of-maria"}


def missing() -> str:
    """Say in a line what is missing; empty where all is there."""
    if node() is None:
        return f"Node >= {OLDEST_NODE} is missing: sh tests/peers/install.sh .peers (needs npm)"
    if not _program().is_file():
        return f"emulate is missing in {FOLDER}: sh tests/peers/install.sh .peers (needs npm)"
    return ""


def node() -> str | None:
    """Find a Node that is new enough: the one that is named, the system's, or the folder's."""
    own = FOLDER / "node_modules" / "node" / "bin" / "node"
    for place in (os.environ.get("GOLDDIGGER_TEST_NODE"), shutil.which("node"), str(own)):
        if place and _version(place) >= OLDEST_NODE:
            return place
    return None


def _program() -> Path:
    return FOLDER / "node_modules" / "emulate" / "dist" / "index.js"


def _version(place: str) -> int:
    """Give a Node's major version; 0 where it cannot be run."""
    try:
        told = subprocess.run([place, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    major = told.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class Emulate:
    """A running emulate, asked by people with tokens of their own."""

    url: str
    key: Key

    def ask(self, who: str, method: str, path: str, body: Json = None) -> Json:
        """Ask as a person, and give the JSON of the answer."""
        headers = {"Authorization": f"token {PEOPLE[who]}", "User-Agent": "test"}
        answer = requests.request(method, self.url + path, json=body, headers=headers, timeout=10)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None

    def commit(self, repo: str, branch: str, files: Mapping[str, str], *, message: str = "Change") -> str:
        """Commit base64 files as dev onto a branch, made from main where it is new; give the commit's id."""
        root = f"/repos/{repo}/git"
        refs = {
            each["ref"]: each["object"]["sha"] for each in self.ask("dev", "GET", f"{root}/matching-refs/heads")
        }
        parent = refs.get(f"refs/heads/{branch}", refs["refs/heads/main"])
        base = self.ask("dev", "GET", f"{root}/commits/{parent}")["tree"]["sha"]
        entries = [
            {"path": path, "mode": "100644", "type": "blob", "sha": self._blob(root, content)}
            for path, content in files.items()
        ]
        tree = self.ask("dev", "POST", f"{root}/trees", {"base_tree": base, "tree": entries})["sha"]
        new = {"message": message, "tree": tree, "parents": [parent]}
        sha: str = self.ask("dev", "POST", f"{root}/commits", new)["sha"]
        if f"refs/heads/{branch}" in refs:
            self.ask("dev", "PATCH", f"{root}/refs/heads/{branch}", {"sha": sha})
        else:
            self.ask("dev", "POST", f"{root}/refs", {"ref": f"refs/heads/{branch}", "sha": sha})
        return sha

    def _blob(self, root: str, content: str) -> str:
        sha: str = self.ask("dev", "POST", f"{root}/blobs", {"content": content, "encoding": "base64"})["sha"]
        return sha


@contextmanager
def running(folder: Path, webhook_url: str) -> Iterator[Emulate]:
    """Run emulate with our app installed on octo's repositories, its webhooks sent to an address."""
    port, key = free_port(), Key.shared()
    seed = folder / "seed.json"
    seed.write_text(json.dumps(_seed(key, webhook_url)))
    command = [node() or "node", str(_program()), "start", "--service", "github", "--host", "127.0.0.1"]
    with (folder / "emulate.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--seed", str(seed)],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
        try:
            _wait(process, f"http://127.0.0.1:{port}", folder / "emulate.log")
            yield Emulate(f"http://127.0.0.1:{port}", key)
        finally:
            process.terminate()
            process.wait(10)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, f"emulate ended: {log.read_text()}"
        assert time.monotonic() < until, f"emulate does not answer: {log.read_text()}"
        try:
            requests.get(f"{url}/rate_limit", timeout=2)
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return


def _seed(key: Key, webhook_url: str) -> Json:
    app = {
        "app_id": int(APP_ID),
        "slug": "golddigger",
        "name": "Golddigger",
        "private_key": key.private,
        "permissions": PERMISSIONS,
        "events": ["check_run", "issue_comment", "pull_request"],
        "webhook_url": webhook_url,
        "webhook_secret": SECRET,
        "installations": [
            {"installation_id": int(INSTALLATION), "account": "octo", "repository_selection": "all"}
        ],
    }
    return {
        "tokens": {token: {"login": who, "scopes": ["repo", "user"]} for who, token in PEOPLE.items()},
        "github": {
            "users": [{"login": who} for who in PEOPLE],
            "orgs": [{"login": "octo", "members": [{"login": "dev", "role": "admin"}]}],
            "repos": [
                {"owner": "octo", "name": name, "auto_init": True, "private": True} for name in ("app", "other")
            ],
            "apps": [app],
        },
    }
