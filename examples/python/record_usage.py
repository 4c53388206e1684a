"""Records usage on a Billonce server, exactly once, with httpx.

usage: python3 record_usage.py AGENT SERVICE QUANTITY [USAGE_ID]
"""

import decimal
import os
import random
import sys
import time
import uuid

import httpx

RETRIED = {408, 425, 429, 500, 502, 503, 504}
DEADLINE_S = 120
DELAY_S_MAX = 20


def send_once(client: httpx.Client, path: str, body: dict, key: str | None = None) -> httpx.Response:
    """Sends a write until its answer is final: always with the same key and the same bytes."""
    key = key or str(uuid.uuid4())
    request = client.build_request("POST", path, json=body, headers={"Idempotency-Key": key})
    ends_at = time.monotonic() + DEADLINE_S
    delay_s = 0.2
    while True:
        try:
            answer = client.send(request)
            if answer.status_code not in RETRIED:
                return answer
            asked_s = float(answer.headers.get("Retry-After", 0))
        except httpx.TransportError:
            # It is not known whether the server has recorded it. The same key makes it safe to ask again.
            asked_s = 0.0
        wait_s = max(asked_s, random.uniform(0, delay_s))
        if time.monotonic() + wait_s > ends_at:
            raise TimeoutError(f"no final answer; continue with the key {key}")
        time.sleep(wait_s)
        delay_s = min(delay_s * 2, DELAY_S_MAX)


def quantity_text(quantity: decimal.Decimal) -> str:
    """A quantity as it is sent: all its digits and no exponent. A float is not exact, so it is not taken."""
    if not isinstance(quantity, decimal.Decimal):
        raise TypeError("a quantity must be a Decimal")
    if not quantity.is_finite() or quantity <= 0 or quantity.as_tuple().exponent < -6:
        raise ValueError(f"a quantity is {quantity}: it must be above 0, with at most 6 decimal places")
    return f"{quantity:f}"


def main() -> None:
    agent, service, quantity, *usage_id = sys.argv[1:]
    item = {"agent": agent, "serviceId": service, "quantity": quantity_text(decimal.Decimal(quantity))}
    if usage_id:
        # Also after a crash of this program, when the key is lost: the server records an id once.
        item["id"] = usage_id[0]
    api_key = os.environ.get("BILLONCE_API_KEY")
    headers = {"X-API-Key": api_key} if api_key else {}
    url = os.environ.get("BILLONCE_URL", "http://127.0.0.1:3001")
    with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
        answer = send_once(client, "/api/v1/usage", item)
    print(answer.status_code, answer.text)
    if not answer.is_success:
        sys.exit(1)


if __name__ == "__main__":
    main()
