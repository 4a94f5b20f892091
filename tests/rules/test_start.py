"""What starts the web workers stays small: heavy packages are imported by the one verb that needs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("numpy", "scipy", "openpyxl")  # openpyxl brings numpy in wherever it is installed

START = """
import sys
from pathlib import Path
from lms.app import create_app
from lms.base.config import Settings
create_app(Settings(data_dir=Path(sys.argv[1]), secret_key="test", environment="test"))
print(*sorted(name for name in sys.modules if name in sys.argv[2:]))
"""


def test_no_heavy_package_at_the_start(tmp_path: Path) -> None:
    started = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path), *HEAVY], capture_output=True, text=True, check=True
    )
    assert started.stdout.split() == []
