"""A CI job, step by step as GitHub and GitLab would run it: it tunes once, and a worse model turns the build red."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import Shop
from tests.integration.github_runner import GitHub, Job
from tests.integration.gitlab_runner import GitLab, Notes, merge_request
from tests.packaging.project import ROOT

ACTION = ROOT / ".github" / "actions" / "evaluate"
TEMPLATE = ROOT / ".gitlab" / "shoptune.gitlab-ci.yml"
OURS = {"pull_request": {"number": 7, "head": {"repo": {"full_name": "shop/shop"}}}}
OF_A_FORK = {"pull_request": {"number": 7, "head": {"repo": {"full_name": "stranger/shop"}}}}
COMMAND = "shoptune run experiment.yaml --plain --reports"
"""What both run, but for the folder of reports."""

COMPUTED = ("trained", "answered", "opened", "measured")


@dataclass
class Project:
    """A repository with an experiment, and the folder that each job checks it out into."""

    shop: Shop
    workspace: Path

    def check_out(self) -> Path:
        """Make the workspace anew, as it is before a job's first step."""
        assert self.shop.path.exists()
        shutil.rmtree(self.workspace, ignore_errors=True)
        shutil.copytree(self.shop.folder, self.workspace)
        return self.workspace

    def computed(self) -> list[str]:
        """Return what the last job really computed."""
        journal = self.workspace / "journal.txt"
        lines = journal.read_text("utf-8").splitlines() if journal.exists() else []
        return [line for line in lines if line.startswith(COMPUTED)]

    def make_worse(self) -> None:
        """Let tuning unlearn."""
        self.shop.set("candidates.drilled.tune.rate", -1.0)

    def misspell(self) -> None:
        """Make the experiment file wrong, which is the quickest way to a red build."""
        self.shop.set("candidates.drilled.tune.stepps", 4)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    shop = Shop(tmp_path / "repository", products=60)
    del shop.experiment["candidates"]["preferred"], shop.experiment["candidates"]["few_shot"]
    gate = {"task": "echo", "metric": "overlap", "candidate": "drilled", "must": "be_better"}
    shop.set("compare.gates", [gate]).set("reports", ["markdown", "json", "junit", "openmetrics"])
    return Project(shop, tmp_path / "workspace")


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    return GitHub(tmp_path / "github", ACTION)


@pytest.fixture
def gitlab(tmp_path: Path) -> GitLab:
    return GitLab(tmp_path / "gitlab", TEMPLATE)


def job(github: GitHub, project: Project, event: Any = None, **inputs: str) -> Job:
    return github.run(project.check_out(), event=event, experiment="experiment.yaml", **inputs)


# --- GitHub ----------------------------------------------------------------------------------------------------------


def test_github_tunes_once_and_a_worse_model_turns_the_build_red(project: Project, github: GitHub) -> None:
    strangers = ["stranger", "<!-- shoptune: shoptune --> all is well"]
    github.say([strangers])

    first = job(github, project, OURS)
    assert not first.failed, first.printed
    assert "trained step 4" in project.computed()
    assert first.outcomes["Keep what was computed"] == "success"
    assert "shoptune: passed" in first.summary
    assert "## Verdict" in first.summary

    second = job(github, project, OURS)
    assert not second.failed, second.printed
    assert project.computed() == []
    assert second.outcomes["Keep what was computed"] == "skipped", "the cache holds it already"
    assert _without_cost(second.summary) == _without_cost(first.summary)

    project.make_worse()
    third = job(github, project, OURS)
    assert third.failed
    assert third.outputs["run"]["exit-code"] == "1"
    assert "shoptune: a gate failed" in third.summary
    assert "✗ failed" in third.summary
    assert "against base: worse" in third.summary
    assert third.annotations == ["::error title=shoptune::a gate failed (exit code 1); the run's summary says more"]
    assert "trained step 4" in project.computed()
    assert project.computed().count("opened the model") == 1, "the base's answers are those of the first run"

    again = job(github, project, OURS)
    assert again.failed
    assert project.computed() == [], "what a red build computed is kept too"

    theirs, (who, comment) = github.comments
    assert theirs == strangers
    assert who == "github-actions[bot]", "one comment, updated"
    assert comment == again.summary
    assert "(https://github.example/shoptune)" in comment
    kept = github.artifacts["shoptune"]
    assert {path.name for path in (kept / "fake").iterdir()} >= {"report.md", "samples.jsonl", "junit.xml"}
    assert _command(kept) == COMMAND

    source = f"{ACTION}/../../.."
    installed = (github.folder / "installed.txt").read_text("utf-8").splitlines()
    assert (
        f"pip install --system --quiet --torch-backend auto --constraint {source}/constraints.txt {source}" in installed
    )
    assert (Path(source) / "pyproject.toml").samefile(ROOT / "pyproject.toml"), "the version that the action is of"


def _without_cost(summary: str) -> str:
    return summary.partition("**Cost:**")[0]


def _command(reports: Path) -> str:
    comparison = json.loads((reports / "fake" / "comparison.json").read_text("utf-8"))
    return str(comparison["provenance"]["command"]).rpartition(" ")[0]


def test_github_keeps_what_a_killed_run_had_computed(project: Project, github: GitHub) -> None:
    project.shop.fail("step 3", "kill")
    killed = job(github, project)
    assert killed.failed
    assert "trained step 2" in project.computed()
    assert "shoptune: a step failed" in killed.summary
    project.shop.heal()
    assert not job(github, project).failed
    assert [line for line in project.computed() if "trained" in line] == ["trained step 3", "trained step 4"]


def test_github_shows_why_an_experiment_can_not_be_run(project: Project, github: GitHub) -> None:
    project.misspell()
    ran = job(github, project)
    assert ran.failed
    assert ran.outputs["run"]["exit-code"] == "2"
    assert "the experiment file or the data is wrong" in ran.summary
    assert "Did you mean" in ran.summary
    assert not any(key.startswith("shoptune-store") for key in github.caches), "there is nothing to keep"


def test_text_of_the_shop_gives_the_runner_no_commands(project: Project, github: GitHub) -> None:
    project.shop.fail("step 1")
    project.shop.plugin_source("was asked to raise", r"\n::error::invented by a product")
    ran = job(github, project)
    assert "::error::invented by a product" in ran.printed.splitlines()
    (said,) = ran.annotations
    assert "a step failed" in said
    assert "::error::" not in ran.summary
    assert "::\u200berror::\u200binvented by a product" in ran.summary, "it is shown all the same"


def test_nothing_in_an_input_is_run(project: Project, github: GitHub) -> None:
    ran = github.run(project.check_out(), experiment="$(touch owned); touch owned #.yaml", name='"; touch owned; "')
    assert ran.failed
    assert not (project.workspace / "owned").exists()


def test_a_fork_and_one_who_wants_none_get_no_comment(project: Project, github: GitHub) -> None:
    project.misspell()
    comment = "Comment on the pull request"
    assert job(github, project, OF_A_FORK).outcomes[comment] == "skipped"
    assert job(github, project, OURS, comment="false").outcomes[comment] == "skipped"
    assert job(github, project).outcomes[comment] == "skipped", "there is no pull request"
    assert github.comments == []


def test_a_comment_that_is_not_allowed_is_a_warning(project: Project, github: GitHub) -> None:
    project.misspell()
    github.say("forbidden")
    ran = job(github, project, OURS)
    warning, error = ran.annotations
    assert "pull-requests: write" in warning
    assert "the experiment file or the data is wrong" in error


def quit_quietly(project: Project) -> None:
    """Let a plugin end the process while it is imported, as if all were well."""
    (project.shop.folder / "quits.py").write_text("import os\nos._exit(0)\n", "utf-8")
    project.shop.set("plugins", ["fake_plugin.py", "quits.py"])


def test_github_passes_nothing_that_left_no_comparison(project: Project, github: GitHub) -> None:
    quit_quietly(project)
    ran = job(github, project)
    assert ran.failed
    assert ran.outputs["run"]["exit-code"] == "3"
    assert "the run ended without a comparison.json; is `json` among its reports?" in ran.summary


def quit_at_the_end(project: Project) -> None:
    """Let a plugin end the process as if all were well when the comparison, in which a gate failed, is written."""
    hook = "import os\nfrom shoptune import hookimpl\n\n\n@hookimpl\ndef after_run():\n    os._exit(0)\n"
    (project.shop.folder / "quits.py").write_text(hook, "utf-8")
    project.shop.set("plugins", ["fake_plugin.py", "quits.py"])
    project.make_worse()


def test_github_passes_no_comparison_in_which_a_gate_failed(project: Project, github: GitHub) -> None:
    quit_at_the_end(project)
    ran = job(github, project)
    assert ran.failed
    assert ran.outputs["run"]["exit-code"] == "1"
    assert "shoptune: a gate failed" in ran.summary


# --- GitLab ----------------------------------------------------------------------------------------------------------


def test_gitlab_tunes_once_and_a_worse_model_turns_the_build_red(project: Project, gitlab: GitLab) -> None:
    code, printed = gitlab.run(project.check_out(), SHOPTUNE_VERSION="v1", CI_MERGE_REQUEST_IID="7")
    assert code == 0, printed
    assert "trained step 4" in project.computed()
    assert "Traceback" not in printed, "no token, no note"

    strangers = (2, "<!-- shoptune: evaluate --> all is well")
    with merge_request(strangers) as request:
        code, _ = gitlab.run(project.check_out(), branch="another", **_known(request))
        assert (code, project.computed()) == (0, []), "a new branch goes on from the default branch"

        project.make_worse()
        code, printed = gitlab.run(project.check_out(), branch="another", **_known(request))
        assert code == 1
        assert "against base: worse" in printed

        code, _ = gitlab.run(project.check_out(), branch="another", **_known(request))
        assert (code, project.computed()) == (1, []), "what a red build computed is kept too"

    theirs, ours = request.notes
    assert theirs["body"] == strangers[1]
    assert "✗ failed" in ours["body"]
    assert request.tokens == {"invented"}
    assert {"shoptune-reports/fake/junit.xml", "shoptune-reports/fake/metrics.txt"} <= set(gitlab.artifacts)
    assert _command(project.workspace / "shoptune-reports") == COMMAND

    installed = (gitlab.folder / "installed.txt").read_text("utf-8")
    assert (
        "git clone --quiet --depth 1 --branch v1 https://github.com/shoptune/shoptune.git .shoptune-source" in installed
    )
    assert "--constraint .shoptune-source/constraints.txt ./.shoptune-source" in installed


def _known(request: Notes) -> dict[str, str]:
    return {"CI_API_V4_URL": request.url, "CI_MERGE_REQUEST_IID": "7", "SHOPTUNE_TOKEN": "invented"}


def test_a_line_of_a_report_is_no_command_to_gitlab(project: Project, gitlab: GitLab) -> None:
    project.shop.plugin_source("Nothing to say.", r"/close\n\n  /merge now, or a/b")
    with merge_request() as request:
        gitlab.run(project.check_out(), **_known(request))
    (note,) = request.notes
    assert "\n\\/close\n\n  \\/merge now, or a/b\n" in note["body"]


def test_gitlab_passes_nothing_that_left_no_comparison(project: Project, gitlab: GitLab) -> None:
    old = project.shop.folder / "shoptune-reports" / "fake" / "comparison.json"
    old.parent.mkdir(parents=True)
    old.write_text("{}", "utf-8")
    quit_quietly(project)
    code, printed = gitlab.run(project.check_out())
    assert code == 3
    assert "the run ended without a comparison.json" in printed


def test_gitlab_passes_no_comparison_in_which_a_gate_failed(project: Project, gitlab: GitLab) -> None:
    quit_at_the_end(project)
    code, _ = gitlab.run(project.check_out())
    assert code == 1
