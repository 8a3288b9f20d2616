from datetime import date

import pytest

from qa.dates import is_when_question, question_interval

TODAY = date(2019, 1, 19)


@pytest.mark.parametrize(
    "question",
    [
        "When was the Singapore summit?",
        "when was the singapore summit",
        "When did Trump meet Kim?",
        "When will they meet",
        "When exactly did he resign?",
        "And when did he leave?",
        "So, when was it?",
        "Since when has the border been closed?",
        "Until when is it closed?",
        "Do you know when the summit was?",
        "Can you tell me when the summit was?",
        "Tell me when he resigned.",
        "Where and when did they meet?",
        "Where did they meet, and when?",
        "What year did the war end?",
        "In what year did the war end?",
        "In which month was the summit?",
        "On what date did they meet?",
        "On which day did he resign?",
        "What day of the week was it?",
        "What was the date of the summit?",
        "What's the date of the summit?",
        "How long ago was the summit?",
        "date of the summit",
        "date of cancelled summit",
        "new date of talks",
        "The exact year of Kim's visit?",
        "Tell me the day of the vote",
        "I want to know the date of the vote",
        "singapore summit date",
        "singapore summit when",
        "When?",
        "In which century was it built?",
    ],
)
def test_when_questions(question):
    assert is_when_question(question)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "?",
        "What did Trump say when he met Kim?",
        "When Trump met Kim, what did he say?",
        "When he left, who took over?",
        "Who won in 2018?",
        "Was he in Singapore on the day of the summit?",
        "Which leaders were absent on the day of the vote?",
        "Who was killed on the first day of the war?",
        "How many people died in the first year of the war?",
        "Where was the summit?",
        "What happened last year?",
        "What time does it start?",
        "How long did the war last?",
        "Who updated the report?",
        "Why did he go whenever he could?",
        "How many days did it take?",
        "What strike ended?",
    ],
)
def test_other_questions(question):
    assert not is_when_question(question)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Trump say in May 2018?", "2018-05"),
        ("what did trump say in may 2018", "2018-05"),
        ("what did trump say in may", "2018-05"),
        ("what happened in march", "2018-03"),
        ("what happened in june", "2018-06"),
        ("what will happen in june", "2019-06"),
        ("What happened on 12 June 2018?", "2018-06-12"),
        ("what happened on jun 12 2018", "2018-06-12"),
        ("What happened on 2018-06-12?", "2018-06-12"),
        ("What happened last year?", "2018"),
        ("What happened in 2018", "2018"),
        ("what happened 2018", "2018"),
        ("What happened last week?", "2019-01-07/2019-01-13"),
        ("What happened yesterday?", "2019-01-18"),
        ("What happened on Friday?", "2019-01-18"),
        ("news friday", "2019-01-18"),
        ("What happened between March and June 2018?", "2018-03-01/2018-06-30"),
        ("What has happened since June 2018?", "2018-06-01/2019-01-19"),
        ("What happened after 12 June 2018?", "2018-06-13/2019-01-19"),
        ("What happened before 2018?", "0001-01-01/2017-12-31"),
        ("What happened prior to 2018?", "0001-01-01/2017-12-31"),
        ("What has happened since around 1996?", "1996-01-01/2019-01-19"),
        ("What happened until 12 June 2018?", "0001-01-01/2018-06-12"),
        ("What were the last years that saw an increase?", None),
        ("Who won the 2018 World Cup?", "2018"),
        ("What did they say about the 2020 election in May 2018?", "2018-05"),
        ("What happened in the 1990s?", "1990-01-01/1999-12-31"),
        ("When was the Singapore summit?", None),
        ("What may happen?", None),
        ("Who will march?", None),
        ("How many of the 2000 people left?", None),
        ("", None),
        ("What did Theresa May say?", None),
        ("what happened on 31 february", None),
    ],
)
def test_question_interval(question, expected):
    interval = question_interval(question, TODAY)
    assert (None if interval is None else str(interval)) == expected
