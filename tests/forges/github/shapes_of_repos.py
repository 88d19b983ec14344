"""Show repositories and their commits as GitHub's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.contract import contract
from tests.forges.git import Commit, Person
from tests.forges.github.shapes_of_people import People, sample
from tests.forges.github.world import Repo, node_id

Json = Any
OURS = "GET /repos/{owner}/{repo}"


@dataclass(frozen=True, slots=True)
class Repos(People):
    """Writes repositories, too."""

    def repo(self, repo: Repo, schema: str = "repository") -> Json:
        """Show a repository (``repository``, or ``full-repository``)."""
        shown = self.relocate(sample(OURS, schema), repo.path)
        for relative in ("parent", "source", "template_repository", "organization"):
            shown.pop(relative, None)
        return {
            **shown,
            **self._repo_values(repo),
            "license": None,
            "language": None,
            "mirror_url": None,
            "permissions": {"admin": False, "maintain": False, "push": True, "triage": True, "pull": True},
            "visibility": "private" if repo.private else "public",
        }

    def minimal_repo(self, repo: Repo) -> Json:
        """Show a repository shortly (``minimal-repository``)."""
        known = contract.whole()["schemas"]["minimal-repository"]["required"]
        full = self.repo(repo)
        return {key: full[key] for key in known}

    def _repo_values(self, repo: Repo) -> Json:
        return {
            "id": repo.id,
            "node_id": node_id("Repository", repo.id),
            "name": repo.name,
            "full_name": repo.path,
            "private": repo.private,
            "owner": self.user(repo.owner),
            "fork": repo.parent is not None,
            "default_branch": repo.default_branch,
            "clone_url": f"{self.web}/{repo.path}.git",
        }

    def repo_url(self, repo: Repo) -> str:
        """Give a repository's address in the API."""
        return f"{self.api}/repos/{repo.path}"

    def commit(self, repo: Repo, commit: Commit) -> Json:
        """Show a commit as the commits API does (``commit``)."""
        url = f"{self.repo_url(repo)}/commits/{commit.sha}"
        return {
            "sha": commit.sha,
            "node_id": node_id("Commit", repo.id) + commit.sha,
            "url": url,
            "html_url": f"{self.web}/{repo.path}/commit/{commit.sha}",
            "comments_url": f"{url}/comments",
            "commit": {
                "url": f"{self.repo_url(repo)}/git/commits/{commit.sha}",
                "author": _signature(commit.author, commit.at),
                "committer": _signature(commit.committer, commit.at),
                "message": commit.message,
                "comment_count": 0,
                "tree": self._tree_link(repo, commit),
                "verification": _verification(commit),
            },
            "author": self._author(commit.author),
            "committer": self._author(commit.committer),
            "parents": [self._parent(repo, parent) for parent in commit.parents],
        }

    def git_commit(self, repo: Repo, commit: Commit) -> Json:
        """Show a commit as the git database API does (``git-commit``)."""
        return {
            "sha": commit.sha,
            "node_id": node_id("Commit", repo.id) + commit.sha,
            "url": f"{self.repo_url(repo)}/git/commits/{commit.sha}",
            "html_url": f"{self.web}/{repo.path}/commit/{commit.sha}",
            "author": _signature(commit.author, commit.at),
            "committer": _signature(commit.committer, commit.at),
            "tree": self._tree_link(repo, commit),
            "message": commit.message,
            "parents": [self._parent(repo, parent) for parent in commit.parents],
            "verification": _verification(commit),
        }

    def _tree_link(self, repo: Repo, commit: Commit) -> Json:
        return {"sha": commit.tree, "url": f"{self.repo_url(repo)}/git/trees/{commit.tree}"}

    def _parent(self, repo: Repo, sha: str) -> Json:
        return {
            "sha": sha,
            "url": f"{self.repo_url(repo)}/commits/{sha}",
            "html_url": f"{self.web}/{repo.path}/commit/{sha}",
        }

    def _author(self, person: Person) -> Json:
        known = next((one for one in self.world.accounts.values() if one.email == person.email), None)
        return self.user(known) if known else None


def _signature(person: Person, at: str) -> Json:
    return {"name": person.name, "email": person.email, "date": at}


def _verification(commit: Commit) -> Json:
    signed = commit.committer.email == "noreply@github.com"
    return {
        "verified": signed,
        "reason": "valid" if signed else "unsigned",
        "signature": "-----BEGIN PGP SIGNATURE-----" if signed else None,
        "payload": f"tree {commit.tree}" if signed else None,
        "verified_at": commit.at if signed else None,
    }
