"""Let people do things on the double: push, comment, tick, press, close, install."""

from __future__ import annotations

from tests.forges.boxes import Wanted, ticked
from tests.forges.github.doings import Doings
from tests.forges.github.hooks import Webhook
from tests.forges.github.world import CheckRun, Comment, Files, Pull, Repo


class People(Doings):
    """What people do."""

    def opened(self, pull: Pull, *, action: str = "opened") -> list[Webhook]:
        """Tell that a pull request was opened."""
        made = self.hooks.make("pull_request", action, pull.repo, pull.author, pull=pull)
        return self.send([*self.suite_requested(pull), *made])

    def push(
        self, pull: Pull, files: Files, *, user: str | None = None, message: str = "Push on", force: bool = False
    ) -> list[Webhook]:
        """Commit onto the pull request's branch; by force: on top of the base, as after a rebase."""
        with self.world.lock:
            assert pull.head_repo
            who = self.account(user) if user else pull.author
            before = pull.head
            start = pull.repo.sha(pull.base) if force else before
            now = self.world.now()
            pull.head_repo.git.write(pull.branch, files, message=message, author=who.person, at=now, parent=start)
            made = []
            for moved in self.world.moved(pull.head_repo, pull.branch):
                made += self.suite_requested(moved)
                made += self.hooks.make("pull_request", "synchronize", moved.repo, who, pull=moved, before=before)
        return self.send(made)

    def close(self, pull: Pull, *, user: str | None = None) -> list[Webhook]:
        """Close a pull request without merging it."""
        with self.world.lock:
            pull.follow()
            pull.state, pull.updated_at = "closed", self.world.now()
            who = self.account(user) if user else pull.author
            made = self.hooks.make("pull_request", "closed", pull.repo, who, pull=pull)
        return self.send(made)

    def merge(self, pull: Pull, *, user: str = "maria") -> list[Webhook]:
        """Merge a pull request whose base did not move."""
        with self.world.lock:
            pull.follow()
            assert pull.repo.git.contains(pull.repo.sha(pull.base), pull.head), "the base moved: merge it in first"
            pull.repo.git.move(f"refs/heads/{pull.base}", pull.head)
            pull.state, pull.merged, pull.updated_at = "closed", True, self.world.now()
            made = self.hooks.make("pull_request", "closed", pull.repo, self.account(user), pull=pull)
        return self.send(made)

    def reopen(self, pull: Pull) -> list[Webhook]:
        """Open a closed pull request again."""
        with self.world.lock:
            pull.state, pull.updated_at = "open", self.world.now()
            pull.follow()
        return self.opened(pull, action="reopened")

    def comment(self, pull: Pull, user: str, text: str) -> list[Webhook]:
        """Write a comment as somebody; it is the last of `comments`."""
        with self.world.lock:
            now = self.world.now()
            who = self.account(user)
            comment = Comment(self.world.next("comment"), pull.number, who, text, now, now)
            pull.repo.comments[comment.id] = comment
            made = self.hooks.make("issue_comment", "created", pull.repo, who, comment=comment)
        return self.send(made)

    def edit(self, pull: Pull, comment: Comment, user: str, text: str) -> list[Webhook]:
        """Edit a comment, somebody else's perhaps, as somebody."""
        with self.world.lock:
            before, comment.body, comment.updated_at = comment.body, text, self.world.now()
            made = self.hooks.make(
                "issue_comment", "edited", pull.repo, self.account(user), comment=comment, before=before
            )
        return self.send(made)

    def tick(self, pull: Pull, user: str, wanted: Wanted) -> list[Webhook]:
        """Tick the boxes of our newest comment whose lines are wanted, as somebody."""
        comment = self.our_comments(pull)[-1]
        return self.edit(pull, comment, user, ticked(comment.body, wanted))

    def press(self, check: CheckRun, identifier: str, user: str) -> list[Webhook]:
        """Press a button of a check, as somebody: the one whose identifier is this up to a colon.

        Buttons show when the check has completed."""
        assert check.status == "completed", "the check shows no buttons before it completes"
        known = [action["identifier"] for action in check.actions]
        begun = [each for each in known if each.partition(":")[0] == identifier]
        assert begun, f"the check has no button {identifier!r}, only {known}"
        with self.world.lock:
            made = self.hooks.make(
                "check_run",
                "requested_action",
                self.repo_of(check),
                self.account(user),
                check=check,
                identifier=begun[0],
            )
        return self.send(made)

    def rerequest(self, check: CheckRun, user: str) -> list[Webhook]:
        """Ask for a check again (*Re-run*), as somebody."""
        with self.world.lock:
            repo = self.repo_of(check)
            made = self.hooks.make("check_run", "rerequested", repo, self.account(user), check=check)
        return self.send(made)

    def rerequest_suite(self, pull: Pull, user: str) -> list[Webhook]:
        """Ask for all checks of the head again (*Re-run all checks*), as somebody."""
        with self.world.lock:
            who = self.account(user)
            made = self.hooks.make("check_suite", "rerequested", pull.repo, who, head=pull.head)
        return self.send(made)

    def install(self, *repos: Repo) -> list[Webhook]:
        """Give our app repositories of one owner."""
        with self.world.lock:
            new = repos[0].owner.login not in self.world.installations
            installation = [self.world.install(repo) for repo in repos][-1]
            made = (
                self.hooks.installation("created", installation, list(repos))
                if new
                else self.hooks.repositories("added", installation, list(repos))
            )
        return self.send([made])

    def uninstall(self, *repos: Repo) -> list[Webhook]:
        """Take repositories of one owner from our app; the last ones end the installation."""
        with self.world.lock:
            installation = self.world.installations[repos[0].owner.login]
            for repo in repos:
                self.world.uninstall(repo)
            if installation.repos:
                made = self.hooks.repositories("removed", installation, list(repos))
            else:
                del self.world.installations[repos[0].owner.login]
                made = self.hooks.installation("deleted", installation, list(repos))
        return self.send([made])
