"""A stand-in for GitHub's runner that executes a composite action: scripts in bash, other people's actions as copies.

It knows as much of GitHub as our action uses: expressions of comparisons and ``always()``, ``$GITHUB_OUTPUT``,
``$GITHUB_STEP_SUMMARY``, commands on standard output, caches that are found by the beginning of their key and never
overwritten, artifacts, and comments behind ``gh api``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["GitHub", "Job", "tools"]

SHOPTUNE = """
import os
os.fsync = lambda _: None  # no test cuts the power
from shoptune.cli import main
main()
"""

GH = '''
"""gh: the comments of a pull request, kept in a file, as far as our action asks for them."""

import json, os, sys
from pathlib import Path

kept = Path(os.environ["GH_COMMENTS"])
comments = json.loads(kept.read_text("utf-8"))
assert os.environ["GH_TOKEN"], "gh needs a token"
arguments = dict(zip(sys.argv, sys.argv[1:]))
if comments == "forbidden":
    sys.exit("Resource not accessible by integration (HTTP 403)")
if "--jq" in arguments:
    asked = arguments["--jq"]
    assert '.user.login == "github-actions[bot]" and (.body | startswith(env.MARKER))' in asked, asked
    marker = os.environ["MARKER"]
    print(*(i for i, (who, body) in enumerate(comments, 1) if who == "github-actions[bot]" and body.startswith(marker)))
else:
    body = Path(arguments["--field"].removeprefix("body=@")).read_text("utf-8")
    if arguments["--method"] == "PATCH":
        comments[int(sys.argv[5].rpartition("/")[2]) - 1][1] = body
    else:
        assert sys.argv[5] == "repos/shop/shop/issues/7/comments"
        comments.append(["github-actions[bot]", body])
    kept.write_text(json.dumps(comments), "utf-8")
'''


def tools(folder: Path, **scripts: str) -> Path:
    """Make a folder of commands for a PATH: ``shoptune``, and pip and uv that note what they were asked to install.

    `scripts` are more commands, as Python source.
    """
    note = "import os, sys\nopen(os.environ['INSTALLED'], 'a').write(' '.join(sys.argv[1:]) + '\\n')"
    folder.mkdir(parents=True)
    for name, source in {"shoptune": SHOPTUNE, "pip": note, "uv": note, **scripts}.items():
        path = folder / name
        path.write_text(f"#!{sys.executable}\n{source}", "utf-8")
        path.chmod(0o755)
    return folder


@dataclass
class Job:
    """What came of a job."""

    outcomes: dict[str, str] = field(default_factory=dict)
    """By step's name, or what it uses: success, failure or skipped."""
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    """By step's id."""
    printed: str = ""
    summary: str = ""
    annotations: list[str] = field(default_factory=list)
    failed: bool = False


@dataclass
class GitHub:
    """What outlives a job: caches, artifacts and comments, below `folder`."""

    folder: Path
    action: Path
    """The folder that holds ``action.yml``."""
    token: str = "invented"
    caches: dict[str, Path] = field(default_factory=dict)
    """Key -> a copy; the newest last."""
    artifacts: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tools = tools(self.folder / "tools", gh=GH)
        self._comments.write_text("[]", "utf-8")

    @property
    def _comments(self) -> Path:
        return self.folder / "comments.json"

    @property
    def comments(self) -> list[list[str]]:
        """Who said what on the pull request."""
        said: list[list[str]] = json.loads(self._comments.read_text("utf-8"))
        return said

    def say(self, comments: Any) -> None:
        """Set the comments; "forbidden" takes the permission away."""
        self._comments.write_text(json.dumps(comments), "utf-8")

    def run(self, workspace: Path, *, event: Mapping[str, Any] | None = None, **inputs: str) -> Job:
        """Run the action in a job of its own, in a workspace that holds a fresh checkout."""
        action = yaml.safe_load((self.action / "action.yml").read_text("utf-8"))
        assert inputs.keys() <= action["inputs"].keys()
        assert all(not known.get("required") or name in inputs for name, known in action["inputs"].items())
        temp = self.folder / "temp"
        shutil.rmtree(temp, ignore_errors=True)
        temp.mkdir()
        contexts: dict[str, Any] = {
            "inputs": {name: known.get("default", "") for name, known in action["inputs"].items()} | inputs,
            "runner": {"os": "Linux", "arch": "X64", "temp": str(temp)},
            "github": {"repository": "shop/shop", "token": self.token, "event": event or {}},
            "steps": {},
        }
        job = Job()
        for number, step in enumerate(action["runs"]["steps"]):
            name = step.get("name") or step["uses"].partition("@")[0]
            if not _condition(str(step.get("if", "")), contexts, failed=job.failed):
                job.outcomes[name] = "skipped"
                continue
            outputs = temp / f"output{number}"
            outputs.touch()
            if "uses" in step:
                given = {key: _filled(str(value), contexts) for key, value in step.get("with", {}).items()}
                code, found = 0, self._use(step["uses"].partition("@")[0], given, workspace)
            else:
                code = self._script(step, contexts, workspace, outputs, job)
                found = dict(line.split("=", 1) for line in outputs.read_text("utf-8").splitlines())
            job.outcomes[name] = "failure" if code else "success"
            job.failed |= code != 0 and not step.get("continue-on-error", False)
            if "id" in step:
                job.outputs[step["id"]] = found
                contexts["steps"][step["id"]] = {"outputs": found}
        summary = temp / "summary"
        job.summary = summary.read_text("utf-8") if summary.exists() else ""
        return job

    def _script(self, step: Any, contexts: dict[str, Any], workspace: Path, outputs: Path, job: Job) -> int:
        temp = contexts["runner"]["temp"]
        environment = {
            "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_STEP_SUMMARY": f"{temp}/summary",
            "GH_COMMENTS": str(self._comments),
            "INSTALLED": str(self.folder / "installed.txt"),
            "RUNNER_TEMP": temp,
            "PATH": os.pathsep.join([str(self.tools), str(Path(sys.executable).parent), os.environ["PATH"]]),
            **{key: _filled(str(value), contexts) for key, value in step.get("env", {}).items()},
        }
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an expression in a script runs whatever stands in it"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=workspace,
            env=os.environ | environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        job.printed += done.stdout
        job.annotations += _annotations(done.stdout)
        return done.returncode

    def _use(self, action: str, given: dict[str, str], workspace: Path) -> dict[str, str]:
        known: dict[str, Callable[[dict[str, str], Path], dict[str, str]]] = {
            "actions/setup-python": lambda given, path: {},
            "actions/cache/restore": self._restore,
            "actions/cache/save": self._save,
            "actions/upload-artifact": self._upload,
        }
        return known[action](given, workspace / given.get("path", ""))

    def _restore(self, given: dict[str, str], path: Path) -> dict[str, str]:
        for wanted in (given["key"], *given.get("restore-keys", "").split()):
            for key in reversed(self.caches):
                if key.startswith(wanted):
                    shutil.copytree(self.caches[key], path, dirs_exist_ok=True)
                    return {"cache-hit": str(key == given["key"]).lower(), "cache-matched-key": key}
        return {}

    def _save(self, given: dict[str, str], path: Path) -> dict[str, str]:
        if path.exists() and given["key"] not in self.caches:
            copy = self.folder / "caches" / str(len(self.caches))
            shutil.copytree(path, copy)
            self.caches[given["key"]] = copy
        return {}

    def _upload(self, given: dict[str, str], path: Path) -> dict[str, str]:
        copy = self.folder / "artifacts" / given["name"]
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(path, copy)
        self.artifacts[given["name"]] = copy
        return {"artifact-url": f"https://github.example/{given['name']}"}


def _filled(text: str, contexts: Mapping[str, Any]) -> str:
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(_value(found[1], contexts)), text)


def _condition(text: str, contexts: Mapping[str, Any], *, failed: bool) -> bool:
    """Whether a step runs: unless it says ``always()``, only while all went well."""
    met = bool(_value(text, contexts)) if text else True
    return met and (not failed or "always()" in text)


def _value(expression: str, contexts: Mapping[str, Any]) -> Any:
    """Evaluate an expression; what isn't there is an empty text."""

    def look_up(path: str) -> Any:
        here: Any = contexts
        for part in path.split("."):
            here = here.get(part, "") if isinstance(here, Mapping) else ""
        return here

    source = expression.strip().replace("&&", " and ").replace("||", " or ").replace("always()", "True")
    source = re.sub(r"(?<!['\w])[a-z]+(?:\.[\w-]+)+", lambda found: f"look_up({found[0]!r})", source)
    return eval(source, {"look_up": look_up})


def _annotations(printed: str) -> list[str]:
    """Return the runner's commands that show a message, heeding ``stop-commands``."""
    found, until = [], ""
    for line in printed.splitlines():
        if until:
            until = "" if line == f"::{until}::" else until
        elif line.startswith("::stop-commands::"):
            until = line.removeprefix("::stop-commands::")
        elif line.startswith(("::error", "::warning", "::notice")):
            found.append(line)
    return found
