"""What no public name may hold."""

FORBIDDEN_WORD = "银行"
