"""Colours and fonts of the page: ink on paper, one accent; everything comes from this server."""

from html import escape

import gradio as gr
from gradio.themes.utils import colors, fonts, sizes

from ui.page.events import ASSETS

_LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,"
    "U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
_LATIN_EXT = (
    "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,"
    "U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF"
)


def head(root: str) -> str:
    """The head of the page, for a server that is shown under `root`.

    The page gives itself other addresses as it goes, so that everything here is named from the
    root on.
    """
    faces = _face(root, "newsreader-latin", _LATIN) + _face(
        root, "newsreader-latin-ext", _LATIN_EXT
    )
    dark = (ASSETS / "dark.js").read_text()
    return (
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<style>{faces}</style><script>{dark}</script>"
        f'<script type="module" src="{escape(root)}/page/assets/page.js"></script>'
    )


def _face(root: str, file: str, ranges: str) -> str:
    return (
        f"@font-face{{font-family:Newsreader;src:url({root}/fonts/{file}.woff2) format('woff2');"
        f"font-weight:200 800;font-display:swap;unicode-range:{ranges}}}"
    )


def theme() -> gr.themes.Base:
    """The theme of Gradio's own parts; `page.css` does the rest."""
    return gr.themes.Base(
        primary_hue=colors.teal,
        secondary_hue=colors.teal,
        neutral_hue=colors.stone,
        radius_size=sizes.radius_md,
        text_size=sizes.text_md,
        font=(fonts.LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif"),
        font_mono=(fonts.LocalFont("IBM Plex Mono"), "ui-monospace", "monospace"),
    ).set(
        body_background_fill="var(--aq-paper)",
        body_background_fill_dark="var(--aq-paper)",
        body_text_color="var(--aq-ink)",
        body_text_color_dark="var(--aq-ink)",
        body_text_color_subdued="var(--aq-quiet)",
        body_text_color_subdued_dark="var(--aq-quiet)",
        block_background_fill="var(--aq-card)",
        block_background_fill_dark="var(--aq-card)",
        block_border_color="var(--aq-line)",
        block_border_color_dark="var(--aq-line)",
        border_color_primary="var(--aq-line)",
        border_color_primary_dark="var(--aq-line)",
        block_label_text_color="var(--aq-quiet)",
        block_label_text_color_dark="var(--aq-quiet)",
        block_title_text_color="var(--aq-quiet)",
        block_title_text_color_dark="var(--aq-quiet)",
        input_background_fill="var(--aq-field)",
        input_background_fill_dark="var(--aq-field)",
        input_placeholder_color="var(--aq-quiet)",
        input_placeholder_color_dark="var(--aq-quiet)",
        input_border_color="var(--aq-edge)",
        input_border_color_dark="var(--aq-edge)",
        background_fill_primary="var(--aq-card)",
        background_fill_primary_dark="var(--aq-card)",
        background_fill_secondary="var(--aq-paper)",
        background_fill_secondary_dark="var(--aq-paper)",
        button_primary_background_fill="var(--aq-accent)",
        button_primary_background_fill_dark="var(--aq-accent)",
        button_primary_background_fill_hover="var(--aq-accent-strong)",
        button_primary_background_fill_hover_dark="var(--aq-accent-strong)",
        button_primary_text_color="var(--aq-on-accent)",
        button_primary_text_color_dark="var(--aq-on-accent)",
        button_secondary_background_fill="var(--aq-card)",
        button_secondary_background_fill_dark="var(--aq-card)",
        button_secondary_text_color="var(--aq-ink)",
        button_secondary_text_color_dark="var(--aq-ink)",
        checkbox_background_color_selected="var(--aq-accent)",
        checkbox_background_color_selected_dark="var(--aq-accent)",
        checkbox_border_color_selected="var(--aq-accent)",
        checkbox_border_color_selected_dark="var(--aq-accent)",
        block_shadow="none",
        block_shadow_dark="none",
    )
