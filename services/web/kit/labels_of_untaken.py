"""Labels of help that nobody took."""

from __future__ import annotations

from libs.translation import message

UNTAKEN = {
    "step.ask_what_now": message("Asked what now, for nobody had taken it"),
    "step.wait": message("Waits longer"),
    "step.change_time": message("Another time"),
    "step.be_referred": message("Other help is wanted"),
    "step.name_provider": message("Who serves instead is named"),
    "step.record_outcome": message("What came of the referral is recorded"),
    "step.leave_outcome": message("Nobody said what came of the referral"),
    "referral.ordered": message("Paid helpers are looked for; the hours are reserved"),
    "referral.open": message("Other help is looked for, or on its way"),
    "referral.served": message("Help came"),
    "referral.not_served": message("No help came"),
    "referral.withdrawn": message("Not wanted any more"),
    "referral.unknown": message("Nobody said what came of it"),
    "indicator.referred_purchased": message("Referred to providers"),
    "indicator.referred_market": message("Referred to the market"),
    "indicator.market_served": message("Referred to the market: help came"),
    "indicator.market_not_served": message("Referred to the market: no help came"),
    "indicator.market_withdrawn": message("Referred to the market: not wanted any more"),
    "indicator.market_unknown": message("Referred to the market: nobody said"),
    "counted.referred": message("referred"),
    "counted.referral_ended": message("outcome of a referral"),
    "mark.market": message("to the market"),
    "mark.served": message("help came"),
    "mark.not_served": message("no help came"),
    "mark.withdrawn": message("not wanted any more"),
    "mark.unknown": message("nobody said"),
}
