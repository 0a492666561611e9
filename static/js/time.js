// Times as the reader reckons: how long ago, how long until, or the hour on their own clock. The page itself has them in
// UTC, so that it is the same for everyone and any cache may keep it.

const RELATIVE = new Intl.RelativeTimeFormat("en");
const DATE = { month: "short", day: "numeric" };
const DAY = new Intl.DateTimeFormat("en", DATE);
const CLOCK = new Intl.DateTimeFormat("en", { ...DATE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
// Milliseconds; of what is longer ago nobody asks for the hour.
const WEEK = 7 * 86_400_000;
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

const WAYS = {
  ago: (moment) => distance(Math.min(moment - Date.now(), 0)) ?? "just now",
  until: (moment) => distance(Math.max(moment - Date.now(), 0)) ?? "any minute now",
  clock: (moment) => (Date.now() - moment > WEEK ? DAY : CLOCK).format(moment),
};

function distance(milliseconds) {
  const seconds = milliseconds / 1000;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? [];
  return unit && RELATIVE.format(Math.trunc(seconds / size), unit);
}

function show() {
  for (const time of document.querySelectorAll("time[data-time]")) {
    const moment = new Date(time.dateTime);
    time.textContent = WAYS[time.dataset.time](moment);
    time.title = CLOCK.format(moment);
  }
}

show();
setInterval(show, 60_000);
document.addEventListener("htmx:afterSettle", show);
