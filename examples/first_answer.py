"""Puts two articles into a collection of its own and asks it, with a follow-up."""

from datetime import date
from tempfile import TemporaryDirectory

from index import Article, Collection
from qa import Chat, ask

ARTICLES = [
    Article(
        "harbour-1",
        "New ferry for Lismore",
        "The council of Oban ordered a new ferry for Lismore last week. Captain Rhona Baird will "
        "steer it. It carries 36 cars and was built in Gdansk.",
        date(2024, 5, 14),
    ),
    Article(
        "harbour-2",
        "Ferry delayed",
        "The new ferry for Lismore arrives in June, three weeks late, said the yard in Gdansk.",
        date(2024, 6, 3),
    ),
]

with TemporaryDirectory() as folder, Collection(folder, create=True) as collection:
    collection.add(ARTICLES)

    answer = ask("When does the ferry arrive?", collection)
    print(answer)
    assert answer.date is not None
    print("On the calendar:", answer.date)
    print("How that was found:", answer.date.derivation)

    chat = Chat(collection)
    for question in ("Who ordered a new ferry?", "When?"):
        answer = chat.ask(question)
        print(f"\n{question}\n  {answer.text} ({answer.confidence:.0%}, {answer.date})")
