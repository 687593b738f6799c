"""A stand-in for GitLab's runner that executes a job of a CI file, with caches by branch, artifacts and notes.

It knows as much of GitLab as our template uses: ``variables``, ``cache`` with ``fallback_keys``, ``before_script`` and
``script`` in one shell and ``after_script`` in another, ``artifacts``, and the notes of a merge request.
"""

from __future__ import annotations

import json
import os
import shutil
import string
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from tests.integration.github_runner import tools

__all__ = ["GitLab", "Notes", "merge_request"]

GIT = "import os, sys\nopen(os.environ['INSTALLED'], 'a').write('git ' + ' '.join(sys.argv[1:]) + '\\n')"


@dataclass
class GitLab:
    """What outlives a job: caches and artifacts, below `folder`."""

    folder: Path
    template: Path
    caches: dict[str, Path] = field(default_factory=dict)
    artifacts: list[str] = field(default_factory=list)
    """Of the last job: the files that it kept."""

    def __post_init__(self) -> None:
        self.tools = tools(self.folder / "tools", git=GIT)

    def run(self, workspace: Path, *, branch: str = "main", **variables: str) -> tuple[int, str]:
        """Run the template's job in a fresh checkout; return its exit code and what it printed."""
        job = yaml.safe_load(self.template.read_text("utf-8"))[".shoptune"]
        given = {
            "CI_PROJECT_DIR": str(workspace),
            "CI_JOB_NAME": "evaluate",
            "CI_JOB_NAME_SLUG": "evaluate",
            "CI_JOB_URL": "https://gitlab.example/job",
            "CI_COMMIT_REF_SLUG": branch,
            "CI_DEFAULT_BRANCH": "main",
            "CI_API_V4_URL": "https://gitlab.example/api",
            "CI_PROJECT_ID": "1",
        }
        known: dict[str, str] = given | job["variables"] | variables
        environment = {name: _expanded(value, given) for name, value in known.items()}
        environment |= {
            "INSTALLED": str(self.folder / "installed.txt"),
            "PATH": os.pathsep.join([str(self.tools), str(Path(sys.executable).parent), os.environ["PATH"]]),
        }
        for cache in job["cache"]:
            self._fetch(cache, environment, workspace)
        code, printed = _shell([*job["before_script"], *job["script"]], workspace, environment)
        _, after = _shell(job["after_script"], workspace, environment)
        for cache in job["cache"]:
            if code == 0 or cache.get("when") == "always":
                self._keep(cache, environment, workspace)
        kept = job["artifacts"]
        patterns = [*(f"{path}**/*" for path in kept["paths"]), *kept["reports"].values()]
        found = {path.relative_to(workspace).as_posix() for pattern in patterns for path in workspace.glob(pattern)}
        self.artifacts = sorted(found if code == 0 or kept["when"] == "always" else ())
        return code, printed + after

    def _fetch(self, cache: Any, environment: Mapping[str, str], workspace: Path) -> None:
        for key in (cache["key"], *cache.get("fallback_keys", ())):
            if copy := self.caches.get(_expanded(key, environment)):
                shutil.copytree(copy, workspace, dirs_exist_ok=True)
                return

    def _keep(self, cache: Any, environment: Mapping[str, str], workspace: Path) -> None:
        key = _expanded(cache["key"], environment)
        copy = self.folder / "caches" / key
        shutil.rmtree(copy, ignore_errors=True)
        for name in cache["paths"]:
            if (workspace / name).exists():
                shutil.copytree(workspace / name, copy / name)
                self.caches[key] = copy


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    return string.Template(text).safe_substitute(variables)


def _shell(lines: list[str], workspace: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
        cwd=workspace,
        env={**os.environ, **environment},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return done.returncode, done.stdout


@dataclass
class Notes:
    """A merge request's notes, and where its server listens."""

    url: str
    notes: list[dict[str, Any]]
    tokens: set[str | None] = field(default_factory=set)


@contextmanager
def merge_request(*notes: tuple[int, str]) -> Iterator[Notes]:
    """Serve the notes of merge request 7 (author's id and body of each); whoever asks is user 1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            first_page = self.path.endswith("&page=1")
            self._answer({"id": 1} if self.path == "/user" else served.notes if first_page else [])

        def do_POST(self) -> None:
            assert self.path == "/projects/1/merge_requests/7/notes"
            served.notes.append({"id": len(served.notes), "author": {"id": 1}, "body": self._body()})
            self._answer({})

        def do_PUT(self) -> None:
            served.notes[int(self.path.rpartition("/")[2])]["body"] = self._body()
            self._answer({})

        def _body(self) -> str:
            body: str = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
            return body

        def _answer(self, content: Any) -> None:
            served.tokens.add(self.headers["PRIVATE-TOKEN"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        there = [{"id": i, "author": {"id": who}, "body": body} for i, (who, body) in enumerate(notes)]
        served = Notes(f"http://127.0.0.1:{server.server_port}", there)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()
