"""Let people do things on the double: push, comment, tick, award, close, merge."""

from __future__ import annotations

from collections.abc import Mapping

from tests.forges.boxes import Wanted, ticked
from tests.forges.git import ZERO
from tests.forges.gitlab import noting
from tests.forges.gitlab.doings import Doings
from tests.forges.gitlab.hooks import Webhook
from tests.forges.gitlab.world import Account, Files, Note, Pull, Repo

ACTIONS: Mapping[str, str] = {"opened": "open", "reopened": "reopen", "synchronize": "update"}


class People(Doings):
    """What people do."""

    def opened(self, pull: Pull, *, action: str = "opened") -> list[Webhook]:
        """Tell that a merge request was opened, after the push of its branch.

        Or that it was `reopened`, or has another head (`synchronize`): words that stories of every forge use."""
        made = []
        if pull.head_repo and action == "opened":
            branch = {"branch": pull.branch, "before": ZERO, "after": pull.head}
            made += self.hooks.make("push", pull.head_repo, pull.author, **branch)
        before = next(iter(pull.repo.git.commit(pull.head).parents), pull.head)
        moved = {"oldrev": before} if action == "synchronize" else {}
        made += self.hooks.make(
            "merge_request", pull.repo, pull.author, pull=pull, action=ACTIONS[action], **moved
        )
        return self.send(made)

    def push(
        self, pull: Pull, files: Files, *, user: str | None = None, message: str = "Push on", force: bool = False
    ) -> list[Webhook]:
        """Commit onto the merge request's branch; by force: on top of the base, as after a rebase."""
        with self.world.lock:
            assert pull.head_repo
            who = self.account(user) if user else pull.author
            before = pull.head
            start = pull.repo.sha(pull.base) if force else before
            now = self.world.now()
            pull.head_repo.git.write(pull.branch, files, message=message, author=who.person, at=now, parent=start)
            made = self.pushed(pull.head_repo, pull.branch, before, who)
        return self.send(made)

    def pushed(self, repo: Repo, branch: str, before: str, who: Account) -> list[Webhook]:
        """Let merge requests follow a branch that moved, and tell of it."""
        after = repo.sha(branch)
        made = self.hooks.make("push", repo, who, branch=branch, before=before, after=after)
        for moved in self.world.moved(repo, branch):
            noting.write(self.world, moved, who, "added 1 commit", system=True)
            made += self.hooks.make("merge_request", moved.repo, who, pull=moved, action="update", oldrev=before)
        return made

    def close(self, pull: Pull, *, user: str | None = None) -> list[Webhook]:
        """Close a merge request without merging it."""
        with self.world.lock:
            pull.follow()
            who = self.account(user) if user else pull.author
            pull.state, pull.closed_by, pull.updated_at = "closed", who, self.world.now()
            made = self.hooks.make("merge_request", pull.repo, who, pull=pull, action="close")
        return self.send(made)

    def merge(self, pull: Pull, *, user: str = "maria") -> list[Webhook]:
        """Merge a merge request whose base did not move."""
        with self.world.lock:
            pull.follow()
            before, who = pull.repo.sha(pull.base), self.account(user)
            assert pull.repo.git.contains(before, pull.head), "the base moved: merge it in first"
            pull.repo.git.move(f"refs/heads/{pull.base}", pull.head)
            pull.state, pull.merged_by, pull.updated_at = "merged", who, self.world.now()
            made = self.hooks.make("merge_request", pull.repo, who, pull=pull, action="merge")
            made += self.hooks.make("push", pull.repo, who, branch=pull.base, before=before, after=pull.head)
        return self.send(made)

    def reopen(self, pull: Pull) -> list[Webhook]:
        """Open a closed merge request again."""
        with self.world.lock:
            pull.state, pull.updated_at = "opened", self.world.now()
            pull.follow()
        return self.opened(pull, action="reopened")

    def delete_branch(self, pull: Pull, *, user: str | None = None) -> list[Webhook]:
        """Delete the merge request's branch. GitLab closes what is open, and tells of that too
        (app/services/merge_requests/refresh_service.rb, close_upon_missing_source_branch_ref)."""
        with self.world.lock:
            assert pull.head_repo
            pull.follow()
            who = self.account(user) if user else pull.author
            pull.head_repo.git.remove(f"refs/heads/{pull.branch}")
            details = {"branch": pull.branch, "before": pull.kept_head, "after": ZERO}
            made = self.hooks.make("push", pull.head_repo, who, **details)
            for each in self.world.pulls_of(pull.head_repo, pull.branch):
                each.state, each.closed_by, each.updated_at = "closed", who, self.world.now()
                made += self.hooks.make("merge_request", each.repo, who, pull=each, action="close")
        return self.send(made)

    def comment(self, pull: Pull, user: str, text: str) -> list[Webhook]:
        """Write a note as somebody; it is the last of `comments`, unless it was quick actions alone."""
        with self.world.lock:
            note, _ = noting.write(self.world, pull, self.account(user), text)
            if note is None:
                return []
            made = self.hooks.make("note", pull.repo, note.user, note=note, action="create")
        return self.send(made)

    def edit(self, pull: Pull, comment: Note, user: str, text: str) -> list[Webhook]:
        """Edit a note, somebody else's perhaps, as somebody; nobody is told where the text stays the same."""
        with self.world.lock:
            who = self.account(user)
            if not noting.change(self.world, comment, who, text):
                return []
            made = self.hooks.make("note", pull.repo, who, note=comment, action="update")
        return self.send(made)

    def tick(self, pull: Pull, user: str, wanted: Wanted) -> list[Webhook]:
        """Tick the boxes of our newest note whose lines are wanted, as somebody."""
        comment = self.our_comments(pull)[-1]
        return self.edit(pull, comment, user, ticked(comment.body, wanted))

    def award(self, pull: Pull, user: str, name: str = "thumbsup", *, on: Note | None = None) -> list[Webhook]:
        """Give an emoji as somebody: on a note, or on the merge request itself."""
        with self.world.lock:
            target = on or pull
            who = self.account(user)
            award = noting.give(self.world, target, who, name)
            made = self.hooks.make("emoji", pull.repo, who, award=award, on=target, action="award")
        return self.send(made)

    def revoke(self, pull: Pull, user: str, name: str = "thumbsup", *, on: Note | None = None) -> list[Webhook]:
        """Take an emoji back as somebody."""
        with self.world.lock:
            target = on or pull
            who = self.account(user)
            award = next(one for one in target.awards if (one.user, one.name) == (who, name))
            target.awards.remove(award)
            made = self.hooks.make("emoji", pull.repo, who, award=award, on=target, action="revoke")
        return self.send(made)

    def destroy(self, repo: Repo) -> list[Webhook]:
        """Delete a project. Its own hooks go with it: groups' and the server's tell of it."""
        with self.world.lock:
            repo.hooks.clear()
            made = self.hooks.make("project_destroy", repo, self.account("olga"))
            del self.world.repos[repo.path.lower()]
        return self.send(made)

    def uninstall(self, *repos: Repo) -> list[Webhook]:
        """Take projects from our bot. GitLab tells nobody."""
        with self.world.lock:
            for repo in repos:
                self.world.uninstall(repo)
        return []

    def install(self, *repos: Repo) -> list[Webhook]:
        """Give our bot projects. GitLab tells nobody."""
        with self.world.lock:
            for repo in repos:
                self.world.install(repo)
        return []
