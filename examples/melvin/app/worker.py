"""Ingests one card after the other, and ends between two of them when it is told to."""

import os
import signal
import threading

from pymongo import MongoClient

stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())
cards = MongoClient(os.environ["MONGODB_URL"]).melvin.cards
number = cards.estimated_document_count()
while not stopped.wait(1):
    number += 1
    cards.replace_one({"_id": number}, {"_id": number, "name": f"card {number}"}, upsert=True)
print(f"version {os.environ['VERSION']} ends after card {number}")
