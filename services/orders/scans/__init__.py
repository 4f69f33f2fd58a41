"""Pictures of papers and of visits: kept sealed, shown to who decides, and deleted when their time is over."""
