"""The API, and the front end that is built into it. What differs between versions is what they ask of `accounts`."""

import os

import psycopg2
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import FileResponse
from pymongo import MongoClient

VERSION = os.environ["VERSION"]
# Version 3 asks for what no migration makes: it never becomes healthy.
COLUMNS = {
    "1": ("email",),
    "2": ("email", "display_name"),
    "3": ("email", "display_name", "avatar"),
}[VERSION]

app = FastAPI()
cards = MongoClient(os.environ["MONGODB_URL"], serverSelectionTimeoutMS=3000).melvin.cards


def account(number: int) -> dict | None:
    connection = psycopg2.connect(
        host=os.environ["DATABASE_HOST"],
        password=os.environ["DATABASE_PASSWORD"],
        user="postgres",
        dbname="melvin",
        connect_timeout=3,
    )
    try:
        with connection.cursor() as cursor:
            columns = ", ".join(COLUMNS)
            cursor.execute(f"select {columns} from accounts where id = %s", (number,))
            row = cursor.fetchone()
    finally:
        connection.close()
    return None if row is None else dict(zip(COLUMNS, row))


@app.get("/")
def front_end() -> FileResponse:
    return FileResponse("index.html")


@app.get("/health")
def health(response: Response) -> dict:
    try:
        account(1)
        return {"version": VERSION, "cards": cards.estimated_document_count()}
    except Exception as error:
        reason = str(error).splitlines()[0]
        print(f"/health: {reason}")
        response.status_code = 503
        return {"version": VERSION, "error": reason}


@app.get("/accounts/{number}")
def show_account(number: int) -> dict:
    found = account(number)
    if found is None:
        raise HTTPException(404)
    return {"version": VERSION, **found}
