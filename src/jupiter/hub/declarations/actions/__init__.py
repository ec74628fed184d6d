"""The verbs of a sale at the hub, one file each. The only writers."""

from .completing import begin_declaration, complete_sale, start_blank_sale
from .covering import COVER, declare_to_guarantor_anew
from .declaring import complete_and_declare, declare_sale
from .following import FETCH, keep_document, receive_job_notice, record_cover_refusal, record_document_trouble, record_quote, take_job_state
from .keeping import NOTICE
from .launching import launch_is_open, launch_sale, use_launch
from .receiving import receive_sale, withdraw_sale
from .refusals import (
    AlreadyDeclared,
    ChangedMeanwhile,
    FieldsMissing,
    ForeignAddress,
    GrantRefused,
    GuarantorCannot,
    PointOfSaleFixed,
    ProfileNotConfigured,
    SaleRefused,
    UnknownPointOfSale,
    Withdrawn,
)
from .restoring import NumberTaken, ask_for_cover_anew, restore_sale, tell_anew
from .sending import send_cover_again, send_transmission_again

__all__ = [
    "UnknownPointOfSale",
    "AlreadyDeclared",
    "PointOfSaleFixed",
    "SaleRefused",
    "FieldsMissing",
    "ProfileNotConfigured",
    "GuarantorCannot",
    "Withdrawn",
    "ChangedMeanwhile",
    "ForeignAddress",
    "GrantRefused",
    "NOTICE",
    "receive_sale",
    "withdraw_sale",
    "COVER",
    "start_blank_sale",
    "begin_declaration",
    "complete_sale",
    "send_cover_again",
    "send_transmission_again",
    "declare_sale",
    "complete_and_declare",
    "FETCH",
    "record_quote",
    "record_cover_refusal",
    "keep_document",
    "record_document_trouble",
    "receive_job_notice",
    "take_job_state",
    "NumberTaken",
    "ask_for_cover_anew",
    "declare_to_guarantor_anew",
    "restore_sale",
    "tell_anew",
    "launch_sale",
    "use_launch",
    "launch_is_open",
]
