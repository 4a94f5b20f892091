"""Findings in plain words, with the numbers they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lms.base.errors import Message
from lms.base.i18n_marks import N_
from question_bank.analysis.domain.flags import Finding, Flag

_SENTENCES: Mapping[Flag, str] = MappingProxyType(
    {
        Flag.KEY_DOUBTFUL: N_(
            "Phương án %(option)s được học sinh giỏi chọn nhiều hơn đáp án: %(count)s em so với %(against)s em trong "
            "nhóm %(of)s em khá nhất. Hãy xem lại đáp án."
        ),
        Flag.BETTER_CHOOSERS: N_(
            "%(count)s em chọn %(option)s làm phần còn lại của bài tốt hơn %(against)s em chọn đáp án. "
            "Có thể %(option)s cũng đúng, hoặc lời dẫn dễ hiểu lầm."
        ),
        Flag.NEGATIVE: N_("Em làm bài kém hơn lại được điểm câu này cao hơn (độ phân biệt âm)."),
        Flag.LURE_AHEAD: N_(
            "Phương án %(option)s được chọn nhiều hơn đáp án: %(count)s em so với %(against)s em trong cả lớp."
        ),
        Flag.GUESSED: N_("Điểm đạt không cao hơn đoán mò."),
        Flag.HARD: N_("Quá khó: cả lớp đạt chưa tới 20 %% số điểm."),
        Flag.WEAK: N_("Hầu như không phân biệt được em khá với em yếu."),
        Flag.LEFT_BLANK: N_("Nhiều em bỏ trống: %(count)s trong %(of)s bài."),
        Flag.EASY: N_("Quá dễ: cả lớp đạt trên 95 %% số điểm."),
        Flag.DEAD: N_("Phương án %(option)s gần như không ai chọn (%(count)s trong %(of)s em): không gây nhiễu."),
        Flag.FEW: N_("Mới có %(of)s bài, chưa đủ để nói gì về câu này (cần ít nhất 10 bài)."),
    }
)

_BADGES: Mapping[Flag, str] = MappingProxyType(
    {
        Flag.KEY_DOUBTFUL: N_("xem lại đáp án"),
        Flag.BETTER_CHOOSERS: N_("nhiễu hút em khá"),
        Flag.NEGATIVE: N_("phân biệt âm"),
        Flag.LURE_AHEAD: N_("nhiễu hơn đáp án"),
        Flag.GUESSED: N_("như đoán mò"),
        Flag.HARD: N_("quá khó"),
        Flag.WEAK: N_("ít phân biệt"),
        Flag.LEFT_BLANK: N_("hay bỏ trống"),
        Flag.EASY: N_("quá dễ"),
        Flag.DEAD: N_("nhiễu yếu"),
        Flag.FEW: N_("quá ít bài"),
    }
)


def sentence(finding: Finding, letters: Mapping[str, str]) -> Message:
    """What was found, as a sentence; *letters* are those that options go by on the page."""
    return Message(
        _SENTENCES[finding.flag],
        {
            "option": letters.get(finding.option, ""),
            "count": finding.count,
            "against": finding.against,
            "of": finding.of,
        },
    )


def badge(flag: Flag) -> Message:
    """A flag in two or three words."""
    return Message(_BADGES[flag])
