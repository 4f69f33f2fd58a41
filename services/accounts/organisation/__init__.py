"""The tree: city, district, street, community, service point; and how a city begins."""
