"""Every write of determination and of grants."""

from songhe.contexts.entitlements.actions.accept_return import accept_return
from songhe.contexts.entitlements.actions.adopt_grants import adopt_grants
from songhe.contexts.entitlements.actions.answer_online import answer_online
from songhe.contexts.entitlements.actions.appeals import (
    decide_appeal,
    file_appeal,
    hear_late_appeal,
    turn_away_appeal,
    withdraw_appeal,
)
from songhe.contexts.entitlements.actions.apply_for import apply_for, close_application
from songhe.contexts.entitlements.actions.check_return import ReturnChecked, check_return
from songhe.contexts.entitlements.actions.determine_city import determine_city, recover_interrupted
from songhe.contexts.entitlements.actions.determine_households import determine_households, determine_person
from songhe.contexts.entitlements.actions.follow_decisions import follow_decisions
from songhe.contexts.entitlements.actions.follow_run import RunFollowed, follow_run
from songhe.contexts.entitlements.actions.grant_results import (
    Adopted,
    AppealDecided,
    AppealFiled,
    Applied,
    Correction,
    Followed,
    IssuedCode,
    LifeCheckRecorded,
    MonthOpened,
    Moved,
    NoticesMade,
    Override,
    Proposed,
    Recomputed,
)
from songhe.contexts.entitlements.actions.handle_grants import (
    check_account,
    check_all_accounts,
    confirm_grant,
    end_grant,
    let_silent_grants_begin,
    refuse_grant,
    resume_grant,
    suspend_grant,
)
from songhe.contexts.entitlements.actions.life_checks import record_life_check, suspend_unchecked
from songhe.contexts.entitlements.actions.make_notices import deliver_notice, issue_code, issue_codes, make_notices
from songhe.contexts.entitlements.actions.message_wishes import say_message_wish
from songhe.contexts.entitlements.actions.open_month import open_month, recompute_dues
from songhe.contexts.entitlements.actions.propose_grants import propose_grants
from songhe.contexts.entitlements.actions.recompute import ask_recomputation, recompute_asked
from songhe.contexts.entitlements.actions.record_uses import NewUse, UsesRecorded, record_uses, withdraw_use
from songhe.contexts.entitlements.actions.request_city_run import request_city_run
from songhe.contexts.entitlements.actions.simulate_draft import simulate_draft
from songhe.contexts.entitlements.actions.tell_by_message import note_opened, visit_unread
from songhe.contexts.entitlements.actions.write_letters import LetterCodes, LetterTaken, WrittenLetter, take_letter, write_letters

__all__ = [
    "Adopted",
    "AppealDecided",
    "AppealFiled",
    "Applied",
    "Correction",
    "Followed",
    "IssuedCode",
    "LetterCodes",
    "LetterTaken",
    "LifeCheckRecorded",
    "MonthOpened",
    "Moved",
    "NewUse",
    "NoticesMade",
    "Override",
    "Proposed",
    "Recomputed",
    "ReturnChecked",
    "RunFollowed",
    "UsesRecorded",
    "WrittenLetter",
    "accept_return",
    "adopt_grants",
    "answer_online",
    "apply_for",
    "ask_recomputation",
    "check_account",
    "check_all_accounts",
    "check_return",
    "close_application",
    "confirm_grant",
    "decide_appeal",
    "deliver_notice",
    "determine_city",
    "determine_households",
    "determine_person",
    "end_grant",
    "file_appeal",
    "follow_decisions",
    "follow_run",
    "hear_late_appeal",
    "issue_code",
    "issue_codes",
    "let_silent_grants_begin",
    "make_notices",
    "note_opened",
    "open_month",
    "propose_grants",
    "recompute_asked",
    "recompute_dues",
    "record_life_check",
    "record_uses",
    "recover_interrupted",
    "refuse_grant",
    "request_city_run",
    "resume_grant",
    "say_message_wish",
    "simulate_draft",
    "suspend_grant",
    "suspend_unchecked",
    "take_letter",
    "turn_away_appeal",
    "visit_unread",
    "withdraw_appeal",
    "withdraw_use",
    "write_letters",
]
