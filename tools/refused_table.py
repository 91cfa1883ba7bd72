"""Write docs/refused.md: ``python tools/refused_table.py``, in the project's folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.field.table import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
