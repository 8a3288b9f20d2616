"""The tab where one asks, as HTML; the scripts of the page fill it."""

from ui.page.evidence import evidence_panel
from ui.page.transcript import welcome

_TALKS = """
<nav id="aq-side" aria-label="Conversations">
  <div class="aq-side-head"><h2>Conversations</h2>
    <button type="button" class="aq-side-close" data-action="side">Close</button></div>
  <button type="button" id="aq-fresh" data-action="fresh">New conversation</button>
  <div id="aq-side-find"><input type="search" aria-label="Find conversations"
    placeholder="Find" autocomplete="off" maxlength="200"></div>
  <div id="aq-side-list" class="aq-scroll"></div>
</nav>
"""

_COMPOSER = """
<div id="aq-composer">
  <div id="aq-question"><label for="aq-field">Your question</label>
    <textarea id="aq-field" rows="1" maxlength="2000" placeholder="When was the summit?"
      autocomplete="off"></textarea></div>
  <div id="aq-buttons">
    <button type="button" id="aq-ask" data-action="ask" disabled>Ask</button>
    <button type="button" id="aq-stop" data-action="stop" hidden>Stop</button>
    <button type="button" id="aq-filter" data-action="filters" aria-expanded="false"
      aria-controls="aq-filters">Only some articles</button>
    <button type="button" id="aq-side-open" data-action="side">Conversations</button>
  </div>
  <div id="aq-filters" hidden>
    <div class="aq-fields">
      <label>From<input id="aq-since" placeholder="2018, or last year" autocomplete="off"></label>
      <label>Until<input id="aq-until" placeholder="2018-06-12" autocomplete="off"></label>
      <label>Source holds<input id="aq-source" placeholder="reuters" autocomplete="off"></label>
    </div>
    <div id="aq-sources"></div>
  </div>
</div>
"""


def ask_tab() -> str:
    """All of the tab."""
    return (
        f'<div id="aq-columns">{_TALKS}<div id="aq-left">'
        '<div id="aq-talk" class="aq-scroll" hidden><div class="aq-turns" role="log" '
        'aria-label="Conversation" tabindex="0"></div></div>'
        f'<div id="aq-start" class="aq-scroll">{welcome()}</div>'
        '<div id="aq-chosen"></div><div id="aq-told" role="alert"></div>'
        f'{_COMPOSER}</div><section id="aq-evidence" class="aq-scroll" aria-label="Evidence" '
        f'tabindex="0">{evidence_panel(None)}</section></div>'
    )
