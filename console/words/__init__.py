"""What Splendid says: sentences, units and state names, translated. Shared by the window and the command line.

`_`, `ngettext` and `pgettext` look the translation up when they are called, so a language can be installed at any time
before the words are needed. `N_` marks a text in a table that is translated later, by `_`.
"""

from __future__ import annotations

from console.words.translation import N_, _, available, install, language, ngettext, pgettext

__all__ = ["N_", "_", "available", "install", "language", "ngettext", "pgettext"]
