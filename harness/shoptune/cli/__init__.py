"""The command ``shoptune``.

Exit codes: 0 passed, 1 a gate failed, 2 usage or configuration, 3 a step failed, 4 inconclusive where a gate demands
certainty.
"""

from __future__ import annotations

import errno
import gc
import io
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

import click

from shoptune import __version__
from shoptune.cli.commands import doctor, schema
from shoptune.cli.compare_runs import compare
from shoptune.cli.components import commands
from shoptune.cli.data import data
from shoptune.cli.experiment import gate, plan, report, run
from shoptune.cli.history import history
from shoptune.cli.options import no_plugin_option
from shoptune.cli.plugins import plugins
from shoptune.errors import ShoptuneError
from shoptune.terminal import say, visible

if TYPE_CHECKING:
    from shoptune.plugins import Plugins

__all__ = ["cli", "main"]


class _WithPluginCommands(click.Group):
    """A group that asks plugins for their commands, once, when it is asked for one that is not its own."""

    plugins: Plugins | None = None

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        _accept_no_plugin(cmd)
        super().add_command(cmd, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._ask()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:
            self._ask()
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            suspects = self.plugins.suspects("command") if self.plugins else []
            raise click.UsageError("\n".join([error.message, *suspects]), ctx) from error

    def _ask(self) -> None:
        if self.plugins is None:
            from shoptune.plugins import load_plugins

            self.plugins = load_plugins()
            self.plugins.add_commands(self)


def _accept_no_plugin(command: click.Command) -> None:
    command.params.append(no_plugin_option)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _accept_no_plugin(inner)


@click.group(cls=_WithPluginCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="shoptune")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def cli(debug: bool) -> None:
    """Tune open-weight language models on a shop's own data, and prove whether it helped."""
    del debug  # read by main()


cli.params.append(no_plugin_option)
for command in (run, plan, data, report, gate, history, compare, plugins, *commands(), schema, doctor):
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command; errors that a person can act on are printed without a traceback unless ``--debug`` is given."""
    gc.set_threshold(50_000, 20, 20)  # starting makes much that stays, and little garbage: looking takes 5 %
    arguments = [a for a in sys.argv[1:] if a != "--debug"]  # wherever it stands
    debug = len(arguments) < len(sys.argv) - 1
    try:
        code = cli.main(arguments, prog_name="shoptune", standalone_mode=False) or 0
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        say(said.getvalue(), err=True, end="")
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _complain("stopped; what was finished is kept, and the same command goes on from there")
        code = 130
    except ShoptuneError as error:
        if debug:
            say(traceback.format_exc(), err=True, end="")
        _complain(str(error))
        code = error.exit_code
    except Exception as error:
        if debug:
            say(traceback.format_exc(), err=True, end="")
        if what := _of_a_strangers_file(error):
            _complain(what)
            sys.exit(2)
        _complain(
            f"{type(error).__name__}: {error}\nThis is a fault in shoptune: run again with --debug and report it."
        )
        code = 3
    sys.exit(code)


def _of_a_strangers_file(error: Exception) -> str | None:
    """Return what to say of an error that a file brings about wherever it is read; None: it is another one."""
    if isinstance(error, RecursionError):
        return "a file has too many brackets, lists or mappings within one another to be read"
    loops = error.errno == errno.ELOOP if isinstance(error, OSError) else "Symlink loop" in str(error)
    return f"a symbolic link leads to itself: {error}" if loops else None


def _complain(message: str) -> None:
    click.echo(click.style("error: ", fg="red", bold=True) + visible(message), err=True)
