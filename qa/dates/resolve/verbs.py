"""The words by which a sentence shows its tense."""

from qa.dates.lexicon import words


def _set(text: str) -> frozenset[str]:
    return frozenset(words(text))


WILL = _set("will won't shall shan't")
WOULD = _set("would wouldn't")
MIGHT = _set("may might could can should must ought couldn't can't shouldn't mustn't")
BE_PRESENT = _set("is are am isn't aren't")
BE_PAST = _set("was were had wasn't weren't hadn't")
PRESENT_AUXILIARIES = _set("is are am has have")
ADVERBS = _set("not also still now then soon never ever just again all both yet")
IN_GROUP = ADVERBS | _set("be have been to")

# What they govern lies ahead of what is told.
PROSPECT = _set(
    "scheduled expected planned slated poised hopes hoped plans planning aims aimed intends"
    " intended wants wanted vows vowed pledges pledged promises promised agrees agreed due set"
    " likely expects hoping preparing prepares prepared invited invites invite hope plan intend"
    " aim expect seeks bound upcoming forthcoming proposes proposed"
)
# Their object is a plan, whose date need not lie where the verb's does.
ABOUT_PLANS = _set(
    "cancelled canceled postponed scrapped announced confirmed delayed rescheduled abandoned"
    " shelved cancels postpones scraps announces confirms delays cancelling cancel postpone"
    " awaited anticipated discussed organised organized arranged booked extended"
)
UP_TO = _set("until till to")
# In the present they tell of what is arranged: "the museum opens on Friday".
ARRANGED = _set(
    "retires begins starts opens reopens resumes expires ends closes airs premieres commences"
    " convenes reconvenes meets arrives departs"
)
# Of several: "classes begin on Monday".
ARRANGED_PLURAL = _set(
    "begin start open reopen resume expire commence convene reconvene meet arrive depart"
)
SPEECH = _set("said told says added tweeted wrote noted tells")

PAST = _set(
    "was were did had has have been wasn't weren't didn't hadn't hasn't haven't began became"
    " broke brought built bought came caught chose drew drove fell felt found fought flew forgot"
    " froze gave went grew heard held hid hit hurt kept knew laid led left lent lost made meant"
    " met paid put quit ran rang rose sang sank sat saw sent shook shot showed shut slept sold"
    " spent spoke stole stood struck swore swept swam taught took thought threw understood woke"
    " won wore died resigned lay lit beat beaten begun broken chosen done drawn driven fallen"
    " flown given gone grown known ridden risen seen shaken shown spoken stolen sworn taken"
    " thrown worn written born overthrew overcame withdrew withdrawn underwent undertook arose"
    " awoke bled bred burnt clung crept dealt dug fed fled forgave hung knelt leapt learnt misled"
    " overran rebuilt slid spun split spread sprang stuck swung tore upheld wound read cost cut"
    ""
)
NO_VERBS = _set(
    "united need speed indeed exceed proceed succeed seed feed breed hundred sacred naked wicked"
    " embed unprecedented related limited unexpected so-called alleged supposed advanced armed"
    " planned expected scheduled proposed intended repeated continued red bed wed"
    " based unlimited mixed married retired talented experienced skilled detailed"
)
CLAUSE_WORDS = _set(
    "that who which whom whose when while because before after but although though as if where"
    " whether since than"
)
DETERMINERS = _set("the a an this that his her its their our your my any every each s")
NO_NOUNS = _set(
    "and or but at in to with for when after before on by from as that which who while where is"
    " was are were will would has had have if although because until since than then so not he"
    " she it they we you i there this his her their its the a an said says told of about during"
    " between amid against via without may can could should might must did does do"
)
