"""Markup that site generators add to Markdown, and their readers never see."""

import pytest

from index.sources.files import read_file
from index.sources.site_markup import without_site_markup


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ('It {{< ref "a.md" >}}rained.', "It rained."),
        ('{{< figure src="a.png" caption="The quay in 1920" >}}', "The quay in 1920"),
        ("{{% note %}}It rained.{{% /note %}}", "It rained."),
        ("{% include nav.html %}It rained.", "It rained."),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("## Quay {#quay}", "## Quay"),
        ("It rained.\n{: .note}", "It rained.\n"),
        ('![A](a.png){width="50%"}', "![A](a.png)"),
        ("[TOC]\nIt rained.", "\nIt rained."),
        ("`{% raw %}` and `{{< x >}}`", "`{% raw %}` and `{{< x >}}`"),
        ("```\n{{< x >}} {#a}\n```\n", "```\n{{< x >}} {#a}\n```\n"),
        ("He paid {5} of {a, b}.", "He paid {5} of {a, b}."),
        ("{{<", "{{<"),
    ],
)
def test_markup_of_site_generators_goes(markdown, plain):
    assert without_site_markup(markdown) == plain


@pytest.mark.parametrize(
    ("box", "lines"),
    [
        (":::note\nMind the gap.\n:::\n", ["Mind the gap."]),
        (":::: warning [Ice]\n\nIt rained.\n\n::::\nMore.", ["Ice", "It rained.", "More."]),
        ("::: {.box}\nIt rained ::: then not\n:::", ["It rained ::: then not"]),
    ],
)
def test_boxes_keep_their_words(box, lines):
    plain = without_site_markup(box)
    assert [line.strip() for line in plain.splitlines() if line.strip()] == lines


def test_a_post_of_a_site_generator(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(
        '+++\ntitle = "Quay: a day"\ndate = 2019-03-14\n'
        'description = "Ana Costa opened it."\n+++\n\n'
        '## The day {#day}\n\n{{< youtube id="x" >}}\n\nIt rained.\n'
    )
    article = read_file(path)
    assert article.title == "Quay: a day"
    assert str(article.published) == "2019-03-14"
    assert [line for line in article.text.splitlines() if line] == [
        "Ana Costa opened it.",
        "The day",
        "It rained.",
    ]


def test_a_post_that_is_only_a_summary_is_an_article(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: Quay\nsummary: Ana Costa opened the quay.\n---\n")
    assert read_file(path).text == "Ana Costa opened the quay."
