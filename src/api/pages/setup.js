// Signs up with the invitation that the setup link carries in its fragment, which no server sees.
"use strict";

const part = (id) => document.getElementById(id);
const invitation = /^#(td_i_[0-9A-Za-z]+)$/.exec(location.hash)?.[1];

if (invitation) {
  part("invited").hidden = false;
  history.replaceState(null, "", location.pathname);  // out of the history and of screenshots
}

function showAccount(made) {
  part("form").hidden = true;
  part("who").textContent = made.user.username;
  part("token").textContent = made.token;
  part("curl").textContent =
    `export TAPEDECK_TOKEN=${made.token}\n` +
    `curl -T memo.wav -H "Authorization: Bearer $TAPEDECK_TOKEN" ` +
    `${location.origin}/api/v1/recordings/`;
  part("done").hidden = false;
}

async function signUp() {
  const body = {username: part("username").value, password: part("password").value};
  if (invitation) body.invitation = invitation;
  const answer = await fetch("/api/v1/users", {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify(body),
  });
  const made = await answer.json();
  if (!answer.ok) throw new Error(made.detail);
  return made;
}

part("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = part("form").querySelector("button");
  button.disabled = true;
  part("problem").textContent = "";
  try {
    showAccount(await signUp());
  } catch (error) {
    part("problem").textContent = error.message;
  }
  button.disabled = false;
});
