"""Who is whose relative, and who may act for whom."""
