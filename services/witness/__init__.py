"""The witness: keeps the last head it saw of each log it watches, and co-signs a new one only if it continues that.

It runs anywhere (another district, a bureau), has its own key and folder, no database, and knows nothing of the time
bank. It promises: two heads of one log that it co-signed are never inconsistent, also across kill -9 and restarts.
"""
