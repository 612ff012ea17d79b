"""How it looks: tokens, and what feeds them to palette, style sheet and painters."""

from console.ui.theme.theme import Theme, theme

__all__ = ["Theme", "theme"]
