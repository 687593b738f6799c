import subprocess
import sys

import pytest

CODE = """
import gc, sys
{before}
from shoptune_transformers.process import import_libraries
searches = []
gc.callbacks.append(lambda phase, info: searches.append(phase))
import_libraries()
assert not searches, len(searches)
assert "transformers.modeling_utils" in sys.modules
assert gc.get_freeze_count() > 100_000
import_libraries()
print(gc.isenabled())
"""


@pytest.mark.parametrize(("before", "enabled"), [("", "True"), ("gc.disable()", "False")])
def test_importing_does_not_search_for_garbage(before: str, enabled: str) -> None:
    command = [sys.executable, "-c", CODE.format(before=before)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == enabled
