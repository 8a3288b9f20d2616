"""Time expressions, each in a sentence of an article with a date, and what they mean.

The expression stands in square brackets; "-" means that it is found but cannot be dated.
"""

from dataclasses import dataclass
from datetime import date

import pytest

from qa.dates import Anchor, find_times, resolve

JAN19 = date(2019, 1, 19)  # a Saturday
MAY18 = date(2018, 5, 30)  # a Wednesday
NOV20 = date(2020, 11, 4)  # a Wednesday
NO_DATE = None


@dataclass(frozen=True)
class Case:
    marked: str
    published: date | None
    expected: str
    granularity: str = ""

    @property
    def text(self) -> str:
        return self.marked.replace("[", "").replace("]", "")

    @property
    def start(self) -> int:
        return self.marked.index("[")

    @property
    def end(self) -> int:
        return self.marked.index("]") - 1

    def __str__(self) -> str:
        return f"{self.marked} ({self.published})"


ABSOLUTE = [
    Case("They met on [June 12, 2018] in Singapore.", NO_DATE, "2018-06-12", "day"),
    Case("They met on [June 12 2018] in Singapore.", NO_DATE, "2018-06-12", "day"),
    Case("They met on [12 June 2018] in Singapore.", NO_DATE, "2018-06-12", "day"),
    Case("They met on [12 June, 2018].", NO_DATE, "2018-06-12", "day"),
    Case("They met on [12th June 2018].", NO_DATE, "2018-06-12", "day"),
    Case("They met on [the 12th of June 2018].", NO_DATE, "2018-06-12", "day"),
    Case("They met on [the 12th of June, 2018].", NO_DATE, "2018-06-12", "day"),
    Case("They met on [June 12th, 2018].", NO_DATE, "2018-06-12", "day"),
    Case("They met on [the first of June 2018].", NO_DATE, "2018-06-01", "day"),
    Case("They met on [the twenty-first of June 2018].", NO_DATE, "2018-06-21", "day"),
    Case("They met on [Tuesday, June 12, 2018].", NO_DATE, "2018-06-12", "day"),
    Case("They met on [Tuesday 12 June 2018].", NO_DATE, "2018-06-12", "day"),
    Case("They met on [Tue, 12 Jun 2018].", NO_DATE, "2018-06-12", "day"),
    Case("On [Sept. 11, 2001] the towers fell.", NO_DATE, "2001-09-11", "day"),
    Case("On [11 Sept 2001] the towers fell.", NO_DATE, "2001-09-11", "day"),
    Case("Signed [12-Jun-2018] at noon.", NO_DATE, "2018-06-12", "day"),
    Case("JUNE: on [JUNE 12, 2018] they met.", NO_DATE, "2018-06-12", "day"),
    Case("Filed [2018-06-12] by the desk.", NO_DATE, "2018-06-12", "day"),
    Case("Filed [2018/06/12] by the desk.", NO_DATE, "2018-06-12", "day"),
    Case("Filed [2018-06-12]T10:00:00Z by the desk.", NO_DATE, "2018-06-12", "day"),
    Case("Filed [12.06.2018] by the desk.", NO_DATE, "2018-06-12", "day"),
    Case("Filed [25/06/2018] by the desk.", NO_DATE, "2018-06-25", "day"),
    Case("Filed [06/25/2018] by the desk.", NO_DATE, "2018-06-25", "day"),
    Case("Filed [06/06/2018] by the desk.", NO_DATE, "2018-06-06", "day"),
    Case("Filed [25/06/18] by the desk.", NO_DATE, "2018-06-25", "day"),
    Case("Filed [12/06/2018] by the desk.", NO_DATE, "-"),
    Case("Filed [12/06/2018], not 25/06/2018.", NO_DATE, "2018-06-12", "day"),
    Case("Filed [12/06/2018], not 06/25/2018.", NO_DATE, "2018-12-06", "day"),
    Case("Filed [12/06/2018], that is, on 12 June 2018.", NO_DATE, "2018-06-12", "day"),
    Case("He arrived on [12/06/2018] by train.", date(2018, 6, 20), "2018-06-12", "day"),
    Case("In [June 2018] they met.", NO_DATE, "2018-06", "month"),
    Case("In [June, 2018], they met.", NO_DATE, "2018-06", "month"),
    Case("In [June of 2018] they met.", NO_DATE, "2018-06", "month"),
    Case("In [Jun. 2018] they met.", NO_DATE, "2018-06", "month"),
    Case("In [May 2018] they met.", NO_DATE, "2018-05", "month"),
    Case("The figure for [2018-06] was revised.", NO_DATE, "2018-06", "month"),
    Case("They met in [2018].", NO_DATE, "2018", "year"),
    Case("The [2018] summit was a success.", NO_DATE, "2018", "year"),
    Case("The war (see [1950]) was long.", NO_DATE, "1950", "year"),
    Case("In [1812], Napoleon marched on Moscow.", NO_DATE, "1812", "year"),
    Case("In [2018] sales rose.", NO_DATE, "2018", "year"),
    Case("By [2018] sales rose.", NO_DATE, "2018", "year"),
    Case("It is so since at least [1870].", NO_DATE, "1870", "year"),
    Case("It was known as early as [1619].", NO_DATE, "1619", "year"),
    Case("He died in [AD 95] in Rome.", NO_DATE, "95", "year"),
    Case("He died in [691 CE] in Rome.", NO_DATE, "691", "year"),
    Case("He died in [95 BC] in Rome.", NO_DATE, "-"),
    Case("He died in [1500 BC] in Thebes.", NO_DATE, "-"),
    Case("It was built about [2000] B.C. in Thebes.", NO_DATE, "-"),
    Case("He was there on [Christmas Day 2018].", NO_DATE, "2018-12-25", "day"),
    Case("They met on [the first Monday of June 2018].", NO_DATE, "2018-06-04", "day"),
    Case("They met on [the last Friday of June 2018].", NO_DATE, "2018-06-29", "day"),
    Case("They met on [the last day of February 2016].", NO_DATE, "2016-02-29", "day"),
    Case("In [the first week of June 2018] they met.", NO_DATE, "2018-06-01/2018-06-07", "range"),
    Case("[February 29, 2016] was a Monday.", NO_DATE, "2016-02-29", "day"),
]

LARGER = [
    Case("In [the 1990s] trade grew.", NO_DATE, "1990-01-01/1999-12-31", "decade"),
    Case("In [the 1990's] trade grew.", NO_DATE, "1990-01-01/1999-12-31", "decade"),
    Case("In [the '90s] trade grew.", JAN19, "1990-01-01/1999-12-31", "decade"),
    Case("In [the 90s] trade grew.", JAN19, "1990-01-01/1999-12-31", "decade"),
    Case("In [the nineties] trade grew.", JAN19, "1990-01-01/1999-12-31", "decade"),
    Case("In [the nineties] trade grew.", NO_DATE, "-"),
    Case("In [the early 1990s] trade grew.", NO_DATE, "1990-01-01/1993-12-31", "range"),
    Case("In [the 2010s] trade grew.", NO_DATE, "2010-01-01/2019-12-31", "decade"),
    Case("In [the 1800s] trade grew.", NO_DATE, "1801-01-01/1900-12-31", "century"),
    Case("In [the 1900s] trade grew.", NO_DATE, "-"),
    Case("In [the 2000s] trade grew.", NO_DATE, "2000-01-01/2009-12-31", "decade"),
    Case("In [the 18th and 19th centuries] trade grew.", NO_DATE, "1701-01-01/1900-12-31", "range"),
    Case(
        "In [the 16th to the 18th century] trade grew.", NO_DATE, "1501-01-01/1800-12-31", "range"
    ),
    Case("In [the 19th century] trade grew.", NO_DATE, "1801-01-01/1900-12-31", "century"),
    Case("In [the nineteenth century] trade grew.", NO_DATE, "1801-01-01/1900-12-31", "century"),
    Case("In [the twenty-first century] trade grew.", NO_DATE, "2001-01-01/2100-12-31", "century"),
    Case("A [19th-century] house burned.", NO_DATE, "1801-01-01/1900-12-31", "century"),
    Case("In [the 5th century] BC trade grew.", NO_DATE, "-"),
    Case("[This century] has seen three.", JAN19, "2001-01-01/2100-12-31", "century"),
    Case("It fell [last century].", JAN19, "1901-01-01/2000-12-31", "century"),
    Case("It rose [last decade].", JAN19, "-"),
    Case("It rose [this decade].", JAN19, "2010-01-01/2019-12-31", "decade"),
    Case("They met in [summer 2018].", NO_DATE, "2018-06-01/2018-08-31", "season"),
    Case("They met in [the summer of 2018].", NO_DATE, "2018-06-01/2018-08-31", "season"),
    Case("They met in [fall 2018].", NO_DATE, "2018-09-01/2018-11-30", "season"),
    Case("They met in [the winter of 2018-19].", NO_DATE, "2018-12-01/2019-02-28", "season"),
    Case("They met in [winter 2018].", NO_DATE, "-"),
    Case("In [the first quarter of 2018] sales fell.", NO_DATE, "2018-01-01/2018-03-31", "range"),
    Case("In [Q3 2018] sales fell.", NO_DATE, "2018-07-01/2018-09-30", "range"),
    Case("In [the third quarter] sales fell.", JAN19, "2018-07-01/2018-09-30", "range"),
    Case("In [the second half of 2018] sales fell.", NO_DATE, "2018-07-01/2018-12-31", "range"),
    Case("In [early 2018] sales fell.", NO_DATE, "2018-01-01/2018-04-30", "range"),
    Case("By [mid-2018] sales fell.", NO_DATE, "2018-05-01/2018-08-31", "range"),
    Case("In [late June 2018] sales fell.", NO_DATE, "2018-06-21/2018-06-30", "range"),
    Case("By [the end of 2018] sales fell.", NO_DATE, "2018-09-01/2018-12-31", "range"),
    Case("In [mid-June] sales fell.", JAN19, "2018-06-11/2018-06-20", "range"),
]

RANGES = [
    Case("The [1950-53] Korean war ended.", NO_DATE, "1950-01-01/1953-12-31", "range"),
    Case("The [1950–1953] war ended.", NO_DATE, "1950-01-01/1953-12-31", "range"),
    Case("It lasted [from 1950 to 1953].", NO_DATE, "1950-01-01/1953-12-31", "range"),
    Case("It fell [from the 1980s to the 1990s].", NO_DATE, "1980-01-01/1999-12-31", "range"),
    Case("It fell [between 2010 and 2015].", NO_DATE, "2010-01-01/2015-12-31", "range"),
    Case("The Tianqi Emperor (r. [1620 -- 27]) died.", NO_DATE, "1620-01-01/1627-12-31", "range"),
    Case("In the revolution of [1905–7] he fled.", NO_DATE, "1905-01-01/1907-12-31", "range"),
    Case("The [2018/19] season began.", NO_DATE, "2018-01-01/2019-12-31", "range"),
    Case("The [1999-00] season began.", NO_DATE, "1999-01-01/2000-12-31", "range"),
    Case("He stayed [from 3 to 5 May] in Rome.", MAY18, "2018-05-03/2018-05-05", "range"),
    Case("He stayed [3-5 May 2018] in Rome.", NO_DATE, "2018-05-03/2018-05-05", "range"),
    Case("He stayed [May 3-5, 2018] in Rome.", NO_DATE, "2018-05-03/2018-05-05", "range"),
    Case("He stayed [May 3 to 5, 2018] in Rome.", NO_DATE, "2018-05-03/2018-05-05", "range"),
    Case("It was held on [12 and 13 June 2018].", NO_DATE, "2018-06-12/2018-06-13", "range"),
    Case("It fell [between March and June 2018].", NO_DATE, "2018-03-01/2018-06-30", "range"),
    Case("It fell [from November to March 2018].", NO_DATE, "2017-11-01/2018-03-31", "range"),
    Case("The [May-July 2018] period was dry.", NO_DATE, "2018-05-01/2018-07-31", "range"),
    Case("It ran [from May 30, 2018 to June 3, 2018].", NO_DATE, "2018-05-30/2018-06-03", "range"),
    Case("It ran [from 30 May to 3 June 2018].", NO_DATE, "2018-05-30/2018-06-03", "range"),
    Case("It ran [from 28 December to 3 January 2018].", NO_DATE, "2017-12-28/2018-01-03", "range"),
    Case("It ran [from June to August] in Rome.", JAN19, "2018-06-01/2018-08-31", "range"),
    Case("It ran [from Monday to Wednesday] in Rome.", JAN19, "2019-01-14/2019-01-16", "range"),
    Case("It will run [from Monday to Wednesday].", JAN19, "2019-01-21/2019-01-23", "range"),
    Case("It ran [from June to August] in Rome.", NO_DATE, "-"),
    Case("In [March] and June 2018 they met.", NO_DATE, "2018-03", "month"),
    Case("It was moved from [June] to August.", JAN19, "2018-06", "month"),
]

PARTIAL = [
    Case("The summit took place on [12 June].", JAN19, "2018-06-12", "day"),
    Case("The summit will take place on [12 June].", JAN19, "2019-06-12", "day"),
    Case("The summit took place on [June 12].", JAN19, "2018-06-12", "day"),
    Case("The summit took place on [12 June].", NO_DATE, "-"),
    Case("The summit took place on [12 January].", JAN19, "2019-01-12", "day"),
    Case("The summit took place on [19 January].", JAN19, "2019-01-19", "day"),
    Case("The summit took place on [20 January].", JAN19, "2018-01-20", "day"),
    Case("The summit will begin on [19 January].", JAN19, "2019-01-19", "day"),
    Case("The summit will begin on [18 January].", JAN19, "2020-01-18", "day"),
    Case("Mr Trump cancelled the [12 June] summit.", MAY18, "2018-06-12", "day"),
    Case("Mr Trump cancelled the summit on [12 June].", MAY18, "2018-06-12", "day"),
    Case("They met on [Tuesday, June 12], in Singapore.", JAN19, "2018-06-12", "day"),
    Case("They met on [Wednesday, June 12], in Singapore.", JAN19, "2019-06-12", "day"),
    Case("Since the [September 11] attacks it was closed.", JAN19, "-"),
    Case("The leap day, [29 February], was sunny.", JAN19, "2016-02-29", "day"),
    Case("The day after the Singapore summit in [June] he spoke.", JAN19, "2018-06", "month"),
    Case("The two will meet in [June].", JAN19, "2019-06", "month"),
    Case("The two met in [June].", JAN19, "2018-06", "month"),
    Case("The two met in [January].", JAN19, "2019-01", "month"),
    Case("The two are to meet in [June].", JAN19, "2019-06", "month"),
    Case("He plans to meet Kim in [June].", JAN19, "2019-06", "month"),
    Case("He said they would meet in [June].", JAN19, "2019-06", "month"),
    Case("The summit is expected to be held in [June].", JAN19, "2019-06", "month"),
    Case("The summit will not be held in [June].", JAN19, "2019-06", "month"),
    Case("The leaders agreed in Singapore in [June] to work on it.", JAN19, "2018-06", "month"),
    Case("Trump cancelled a planned trip by Pompeo in [August].", JAN19, "2018-08", "month"),
    Case("The deadline for a deal is [March 1].", JAN19, "2019-03-01", "day"),
    Case("The vote, postponed from [December 11], was lost.", JAN19, "2018-12-11", "day"),
    Case("The court ruled that it may take effect in [April].", JAN19, "2019-04", "month"),
    Case("The fire in [November] killed 86 people.", JAN19, "2018-11", "month"),
    Case("A hearing has been scheduled for [Feb. 7].", JAN19, "2019-02-07", "day"),
    Case("The film: [Friday].", JAN19, "-"),
    Case("The film opens [Friday].", JAN19, "2019-01-25", "day"),
    Case("Sales start on [Monday].", MAY18, "2018-06-04", "day"),
    Case("School resumes on [September 3].", JAN19, "2019-09-03", "day"),
    Case("Its president retires on [9 September].", MAY18, "2018-09-09", "day"),
    Case("The vote begins on [18 January].", JAN19, "2019-01-18", "day"),
    Case("The start on [Monday] was late.", MAY18, "2018-05-28", "day"),
    Case("He resigned after the [5 June] vote.", date(2018, 4, 1), "2017-06-05", "day"),
    Case("On [Thursday (7 March)] he left.", date(2024, 3, 14), "2024-03-07", "day"),
    Case("On [Thursday (March 7, 2024)] he left.", NO_DATE, "2024-03-07", "day"),
    Case("They met in [the week of 4 March 2024].", NO_DATE, "2024-03-04/2024-03-10", "week"),
    Case("They met in [the week beginning 4 March].", JAN19, "2018-02-26/2018-03-04", "week"),
    Case(
        "They met in [the week ending Sunday 10 March].",
        date(2024, 4, 1),
        "2024-03-04/2024-03-10",
        "week",
    ),
    Case("It rained [from the 12th to the 14th of May].", JAN19, "2018-05-12/2018-05-14", "range"),
    Case("It will be ready in [early to mid June].", MAY18, "2018-06", "month"),
    Case("It will be ready in [mid- to late 2025].", MAY18, "2025", "year"),
    Case("The town celebrates every [4 July].", JAN19, "-"),
    Case("The town celebrates on [4 July] each year.", JAN19, "-"),
    Case("The town celebrates on [4 July] annually.", JAN19, "-"),
    Case("They spent [the summer of '69] there.", NO_DATE, "1969-06-01/1969-08-31", "season"),
    Case("On [Friday], Trump said the meeting would go ahead.", JAN19, "2019-01-18", "day"),
    Case(
        "They will vote on a bill that passed the House in [December].", JAN19, "2018-12", "month"
    ),
    Case("The inquiry has been delayed until [autumn].", JAN19, "2019-09-01/2019-11-30", "season"),
    Case("The inquiry has been delayed until [autumn].", MAY18, "2018-09-01/2018-11-30", "season"),
    Case("It has been closed since [June].", JAN19, "2018-06", "month"),
    Case("The [June] summit produced a pledge.", JAN19, "2018-06", "month"),
    Case("A table of [June].", JAN19, "-"),
    Case("The summit had been planned for [June].", JAN19, "-"),
    Case("They met in [June].", NO_DATE, "-"),
    Case("In [May] they met.", JAN19, "2018-05", "month"),
    Case("In [March] the army attacked.", JAN19, "2018-03", "month"),
    Case("They met on [Friday].", JAN19, "2019-01-18", "day"),
    Case("They met on [Saturday].", JAN19, "2019-01-19", "day"),
    Case("They met on [Sunday].", JAN19, "2019-01-13", "day"),
    Case("They will meet on [Friday].", JAN19, "2019-01-25", "day"),
    Case("They will meet on [Saturday].", JAN19, "2019-01-19", "day"),
    Case("They will meet on [Sunday].", JAN19, "2019-01-20", "day"),
    Case("He arrived [Friday afternoon] in Washington.", JAN19, "2019-01-18", "day"),
    Case("He arrived [late on Friday] in Washington.", JAN19, "2019-01-18", "day"),
    Case("He could also meet Trump on [Friday].", JAN19, "2019-01-18", "day"),
    Case("The court said on [Friday] it would rule in May.", JAN19, "2019-01-18", "day"),
    Case("They met on [Friday].", NO_DATE, "-"),
    Case("Talks about [Wednesday] and other days.", JAN19, "-"),
    Case("We will have a meeting on [the 12th].", MAY18, "2018-06-12", "day"),
    Case("We had a meeting on [the 12th].", MAY18, "2018-05-12", "day"),
    Case("We had a meeting on [the 30th].", MAY18, "2018-05-30", "day"),
    Case("We had a meeting on [the 31st].", MAY18, "2018-03-31", "day"),
    Case("We met on [the 12th of last month].", MAY18, "2018-04-12", "day"),
    Case("We will meet on [the first Monday of June].", MAY18, "2018-06-04", "day"),
    Case("They met in [spring].", JAN19, "2018-03-01/2018-05-31", "season"),
    Case("They met during [the summer].", JAN19, "2018-06-01/2018-08-31", "season"),
    Case("They met at [the weekend].", JAN19, "2019-01-19/2019-01-20", "range"),
    Case("They met over [the weekend].", date(2019, 1, 22), "2019-01-19/2019-01-20", "range"),
    # A paragraph that tells of an earlier year may still be there.
    Case("In 1752 it was changed. In [September] it began.", JAN19, "-"),
    Case("They met on 3 May 2012. On [12 June] he resigned.", JAN19, "-"),
    Case("They met on 3 May 2018. On [12 June] he resigned.", JAN19, "2018-06-12", "day"),
    Case("It is so since 2012. On [12 June] he resigned.", JAN19, "2018-06-12", "day"),
    Case("In 1752 it was changed. It will end in [September].", JAN19, "2019-09", "month"),
    Case("In 1752 it was changed.\n\nIn [September] he left.", JAN19, "2018-09", "month"),
    Case("He was there on [Christmas Eve].", JAN19, "2018-12-24", "day"),
    Case("He left before [Christmas].", JAN19, "2018-12-25", "day"),
    Case("He left on [Christmas 2017].", JAN19, "2017-12-25", "day"),
    Case("On [November 3] the nation voted.", NOV20, "2020-11-03", "day"),
]

RELATIVE = [
    Case("They met [today].", JAN19, "2019-01-19", "day"),
    Case("They met [yesterday].", JAN19, "2019-01-18", "day"),
    Case("They will meet [tomorrow].", JAN19, "2019-01-20", "day"),
    Case("They met [yesterday morning].", JAN19, "2019-01-18", "day"),
    Case("They dined [last night].", JAN19, "2019-01-18", "day"),
    Case("They dine [tonight].", JAN19, "2019-01-19", "day"),
    Case("They met [this morning].", JAN19, "2019-01-19", "day"),
    Case("They met [earlier today].", JAN19, "2019-01-19", "day"),
    Case("They met [the day before yesterday].", JAN19, "2019-01-17", "day"),
    Case("They meet [the day after tomorrow].", JAN19, "2019-01-21", "day"),
    Case("They met [today].", NO_DATE, "-"),
    Case("They met [last week].", MAY18, "2018-05-21/2018-05-27", "week"),
    Case("They met [this week].", MAY18, "2018-05-28/2018-06-03", "week"),
    Case("They will meet [next week].", MAY18, "2018-06-04/2018-06-10", "week"),
    Case("They met [the week before last].", MAY18, "2018-05-14/2018-05-20", "week"),
    Case("They met [last month].", MAY18, "2018-04", "month"),
    Case("They met [last month].", JAN19, "2018-12", "month"),
    Case("They met [last Christmas].", JAN19, "2018-12-25", "day"),
    Case("They will meet on [the first Saturday of next month].", JAN19, "2019-02-02", "day"),
    Case("They met on [the last Friday of last month].", JAN19, "2018-12-28", "day"),
    Case("They met in [the second week of this month].", JAN19, "2019-01-08/2019-01-14", "range"),
    Case("They meet on [the first Saturday of the month].", JAN19, "-"),
    Case("They meet on [the last Friday of every month].", JAN19, "-"),
    Case("They met [the Sunday before last].", JAN19, "-"),
    Case("They will meet [a week on Friday].", JAN19, "-"),
    Case("They will meet [two weeks from Tuesday].", JAN19, "-"),
    Case("They will meet [this coming Friday].", MAY18, "2018-06-01", "day"),
    Case("Fares rise at [the start of the next quarter].", JAN19, "2019-04-01/2019-04-30", "range"),
    Case("He left [four years ago this month].", JAN19, "2015-01", "month"),
    Case("He left [four years ago this week].", JAN19, "-"),
    Case("They met [the weekend] before the vote.", JAN19, "-"),
    Case("They met [last month].", date(2019, 3, 31), "2019-02", "month"),
    Case("They will meet [next month].", MAY18, "2018-06", "month"),
    Case("They met [earlier this month].", JAN19, "2019-01-01/2019-01-19", "range"),
    Case("They will meet [later this year].", MAY18, "2018-05-30/2018-12-31", "range"),
    Case("They met [earlier in the week].", MAY18, "2018-05-28/2018-05-30", "range"),
    Case("They met [last year].", JAN19, "2018", "year"),
    Case("They met [last year].", date(2016, 2, 29), "2015", "year"),
    Case("They met [this year].", JAN19, "2019", "year"),
    Case("They will meet [next year].", JAN19, "2020", "year"),
    Case("They met [late last year].", JAN19, "2018-09-01/2018-12-31", "range"),
    Case("They will meet [early next month].", MAY18, "2018-06-01/2018-06-10", "range"),
    Case("Sales fell [last quarter].", JAN19, "2018-10-01/2018-12-31", "range"),
    Case("They met [last year].", NO_DATE, "-"),
    Case("They planned to meet [last November].", JAN19, "2018-11", "month"),
    Case("They planned to meet [last November].", date(2018, 11, 15), "2017-11", "month"),
    Case("They will meet [next spring].", JAN19, "2019-03-01/2019-05-31", "season"),
    Case("They will meet [next spring].", date(2019, 4, 2), "2020-03-01/2020-05-31", "season"),
    Case("They met [last summer].", JAN19, "2018-06-01/2018-08-31", "season"),
    Case("They meet [this summer].", JAN19, "2019-06-01/2019-08-31", "season"),
    Case("They meet [this winter].", JAN19, "2018-12-01/2019-02-28", "season"),
    Case("They met [last Friday].", JAN19, "2019-01-18", "day"),
    Case("They met [last Saturday].", JAN19, "2019-01-12", "day"),
    Case("They will meet [next Friday].", JAN19, "2019-01-25", "day"),
    Case("They will meet [next Friday].", MAY18, "-"),
    Case("They will meet [this Friday].", MAY18, "2018-06-01", "day"),
    Case("They met [this past Friday].", MAY18, "2018-05-25", "day"),
    Case("They met on [Friday last week].", MAY18, "2018-05-25", "day"),
    Case("They met [last weekend].", MAY18, "2018-05-26/2018-05-27", "range"),
    Case("They met in [June last year].", JAN19, "2018-06", "month"),
    Case("They met in [June of last year].", JAN19, "2018-06", "month"),
    Case("They met on [12 June last year].", JAN19, "2018-06-12", "day"),
    Case("They met [two days ago].", JAN19, "2019-01-17", "day"),
    Case("They met [two weeks ago].", JAN19, "2018-12-31/2019-01-06", "week"),
    Case("They met [a month ago].", date(2019, 3, 31), "2019-02", "month"),
    Case("They met [seven months ago].", JAN19, "2018-06", "month"),
    Case("They met [two years ago].", JAN19, "2017", "year"),
    Case("They met [twenty-five years ago].", JAN19, "1994", "year"),
    Case("They met [a year ago today].", JAN19, "2018-01-19", "day"),
    Case("They met [forty five years ago].", JAN19, "1974", "year"),
    Case("They met [one hundred and fifty years ago].", JAN19, "1869", "year"),
    Case("They met [two hundred years ago].", JAN19, "1819", "year"),
    Case("They met [half a year ago].", JAN19, "2018-07", "month"),
    Case("They met [half a century ago].", JAN19, "1969", "year"),
    Case("He died in 1950, [half a year later].", NO_DATE, "-"),
    Case("He was born in 1950 and died [twenty-five years later].", NO_DATE, "1975", "year"),
    Case("It left on 3 May 2017 and sank [the following Monday].", JAN19, "2017-05-08", "day"),
    Case("It sank [the following Monday].", JAN19, "-"),
    Case("It left in May 2017 and sank [the following Monday].", JAN19, "-"),
    Case("He resigned [the Friday before] Christmas.", JAN19, "2018-12-21", "day"),
    Case("He resigned [the Tuesday after] Christmas.", JAN19, "2019-01-01", "day"),
    Case("He died [the week before] Christmas.", JAN19, "2018-12-18/2018-12-24", "range"),
    Case(
        "He left [the week after] the vote on 3 May 2017.", JAN19, "2017-05-04/2017-05-10", "range"
    ),
    Case("He left [a week after] the vote on 3 May 2017.", JAN19, "2017-05-10", "day"),
    Case("He was sworn [in two days after] the vote on 3 May 2017.", JAN19, "2017-05-05", "day"),
    Case("It reopened [a year to the day after] the fire on 3 May 2017.", JAN19, "-"),
    Case("He left [days before] the vote on 3 May 2017.", JAN19, "-"),
    Case("A blast struck at 6am on [Tuesday].", JAN19, "2019-01-15", "day"),
    Case("On [Tuesday] at 6am a blast struck.", JAN19, "2019-01-15", "day"),
    Case("He died at 8.30 am on [12 June].", JAN19, "2018-06-12", "day"),
    Case("I am in Oslo on [Tuesday].", JAN19, "2019-01-22", "day"),
    Case("They met [two and a half years ago].", JAN19, "2016-07", "month"),
    Case("They met [a decade ago].", JAN19, "2008-01-01/2010-12-31", "range"),
    Case("They met [a few days ago].", JAN19, "-"),
    Case("They met nearly [two weeks ago].", JAN19, "-"),
    Case("They met [5-8 years ago].", JAN19, "-"),
    Case("They met two or [three days ago].", JAN19, "-"),
    Case("They ruled for [the next three decades].", JAN19, "-"),
    Case("They will meet [in two weeks' time].", JAN19, "2019-01-28/2019-02-03", "week"),
    Case("They will meet [in three days].", JAN19, "2019-01-22", "day"),
    Case("They built it [in three days].", JAN19, "-"),
    Case("They met twice in [the past two months].", MAY18, "2018-03-30/2018-05-30", "range"),
    Case("It grew over [the last three years].", JAN19, "2016-01-19/2019-01-19", "range"),
    Case("It will grow over [the next two weeks].", JAN19, "2019-01-19/2019-02-02", "range"),
    Case("It grew over [the past few weeks].", JAN19, "-"),
    Case("It grew [centuries ago].", JAN19, "-"),
]

FROM_EVENTS = [
    Case("He spoke [the day after] the summit on 12 June 2018.", NO_DATE, "2018-06-13", "day"),
    Case("He spoke [the day before] the 12 June 2018 summit.", NO_DATE, "2018-06-11", "day"),
    Case("He spoke [two days after] the summit on 12 June 2018.", NO_DATE, "2018-06-14", "day"),
    Case("They met on 12 June 2018 and [a week later] he spoke.", NO_DATE, "2018-06-19", "day"),
    Case("They met on 12 June 2018; [the next day], he spoke.", NO_DATE, "2018-06-13", "day"),
    Case("They met on 12 June 2018 and spoke [the day after].", NO_DATE, "2018-06-13", "day"),
    Case("Born in 1950, he left [the following year].", NO_DATE, "1951", "year"),
    Case("Born in May 1950, he left [two months later].", NO_DATE, "1950-07", "month"),
    Case("They met on 3 May 2018 and spoke [the same month].", NO_DATE, "2018-05", "month"),
    Case("He spoke [the day after] the summit in June.", JAN19, "2018-06-02/2018-07-01", "range"),
    Case("Born in 1950, he left later [that year].", NO_DATE, "1950", "year"),
    Case("He left later [that year].", JAN19, "-"),
    Case("He spoke [the day after] the summit.", JAN19, "-"),
    Case("On 5 May 2018 he spoke [the day after] the summit.", JAN19, "-"),
    Case("They met. He spoke [a week later].", JAN19, "-"),
    Case("By [the next day], he was signaling.", JAN19, "-"),
    Case("They met on 5 May 2018. [The next day] he left.", JAN19, "-"),
    Case("He spoke on 5 May 2018 and left [days later].", JAN19, "-"),
]

IMPOSSIBLE = [
    Case("They met on [31 February 2018].", JAN19, "-"),
    Case("They met on [31 February].", JAN19, "-"),
    Case("They met on [February 30].", JAN19, "-"),
    Case("They met on [June 31, 2018].", JAN19, "-"),
    Case("They met on [29 February 2018].", JAN19, "-"),
    Case("Filed [2018-02-31] by the desk.", JAN19, "-"),
    Case("Filed [31/02/2018] by the desk.", JAN19, "-"),
    Case("They met on [Friday, 12 June 2018].", JAN19, "-"),
    Case("They met on [the fifth Monday of February 2018].", JAN19, "-"),
    Case("They met [from 31 June 2018 to 5 July 2018].", JAN19, "-"),
    Case("They met [500 centuries ago].", JAN19, "-"),
    Case("Next year the fair will open on [9 July].", JAN19, "2020-07-09", "day"),
    Case("Last year the fair opened on [9 July].", NOV20, "2019-07-09", "day"),
    Case("This year the fair opens on [9 July].", NOV20, "2020-07-09", "day"),
    Case("In 2016, the fair opened in [July].", JAN19, "2016-07", "month"),
    Case("In 2016 sales rose in May and in 2018 fell in [June].", JAN19, "2018-06", "month"),
    Case("In 2016 the budget for 2018 was passed in [June].", JAN19, "2016-06", "month"),
    Case("But in 2016 the fair opened in [spring].", JAN19, "2016-03-01/2016-05-31", "season"),
    Case("Last year he said that the fair will open on [9 July].", JAN19, "2019-07-09", "day"),
]

ALL = [
    *ABSOLUTE,
    *LARGER,
    *RANGES,
    *PARTIAL,
    *RELATIVE,
    *FROM_EVENTS,
    *IMPOSSIBLE,
]


def test_the_table_is_large_enough():
    assert len(ALL) == len({(case.marked, case.published) for case in ALL})
    assert len(ALL) >= 150


@pytest.mark.parametrize("case", ALL, ids=str)
def test_expression_is_found_and_resolved(case):
    found = [e for e in find_times(case.text) if (e.start, e.end) == (case.start, case.end)]
    assert found, [e.quote for e in find_times(case.text)]
    anchor = Anchor(case.published) if case.published else None
    resolved = resolve(found[0], case.text, anchor)
    assert ("-" if resolved is None else str(resolved)) == case.expected
    if resolved is not None:
        assert resolved.granularity == case.granularity
        assert not resolved.inferred
        assert " ".join(found[0].quote.split()) in resolved.derivation
        assert "\n" not in resolved.derivation
