"""Three stores compared: which of them is behind, and what that means."""

from enum import StrEnum
from typing import Protocol


class Verdict(StrEnum):
    """With the dealer's software first, then with the insurer."""

    NOT_HERE = "not_here"  # dealer ✔ hub ✘: lost on the way, or we were restored
    NOT_AT_DEALER = "not_at_dealer"  # dealer ✘ hub ✔: the dealer was restored
    DEALER_BEHIND = "dealer_behind"  # the dealer knows an older state: a notice was lost
    HUB_BEHIND = "hub_behind"  # the dealer knows a newer one: we were restored
    DEALER_WORDS = "dealer_words"  # other words
    NOT_AT_INSURER = "not_at_insurer"  # hub ✔ insurer ✘: lost after us, or the insurer was restored
    POLICY_LOST = "policy_lost"  # the same, and the policy was bought
    LOST_HERE = "lost_here"  # dealer ✔ hub ✘ insurer ✔
    PHANTOM = "phantom"  # dealer ✘ hub ✘ insurer ✔
    NEWS_LOST = "news_lost"  # the insurer knows a newer state
    INSURER_BEHIND = "insurer_behind"  # the insurer knows an older one
    INSURER_WORDS = "insurer_words"  # other words
    INSURER_FACTS = "insurer_facts"  # the same words, and another car or date: nobody told us


class SaleLine(Protocol):
    @property
    def sequence(self) -> int: ...
    @property
    def owner(self) -> str: ...
    @property
    def words_sha256(self) -> str: ...


class JobLine(SaleLine, Protocol):
    @property
    def state(self) -> str: ...
    @property
    def policy_number(self) -> str: ...
    @property
    def facts_sha256(self) -> str: ...


GONE = frozenset({"withdrawn", "expired"})  # a quote that binds nobody


def with_dealer(hub: SaleLine | None, dealer: SaleLine | None) -> Verdict | None:
    if hub is None or dealer is None:
        return Verdict.NOT_HERE if dealer else Verdict.NOT_AT_DEALER if hub else None
    if dealer.sequence > hub.sequence:
        return Verdict.HUB_BEHIND
    if dealer.sequence < hub.sequence:
        return Verdict.DEALER_BEHIND
    if dealer.owner != hub.owner or (dealer.words_sha256 and hub.words_sha256 and dealer.words_sha256 != hub.words_sha256):
        return Verdict.DEALER_WORDS
    return Verdict.DEALER_BEHIND


def with_insurer(hub: JobLine | None, insurer: JobLine | None, *, known_by_dealer: bool) -> Verdict | None:
    if insurer is None:
        return None if hub is None or hub.state in GONE else Verdict.POLICY_LOST if hub.policy_number else Verdict.NOT_AT_INSURER
    if hub is None:
        return None if insurer.state in GONE else Verdict.LOST_HERE if known_by_dealer else Verdict.PHANTOM
    if insurer.sequence < hub.sequence:
        return Verdict.POLICY_LOST if hub.policy_number and not insurer.policy_number else Verdict.INSURER_BEHIND
    if insurer.sequence > hub.sequence:
        return Verdict.NEWS_LOST
    if insurer.words_sha256 != hub.words_sha256 or insurer.owner != hub.owner:
        return Verdict.INSURER_WORDS
    return Verdict.INSURER_FACTS if insurer.facts_sha256 != hub.facts_sha256 else Verdict.NEWS_LOST
