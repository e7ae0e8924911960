/* The reader's own choice of dark or light; without one, the system's. Runs before the first paint. */
(() => {
	let theme = null;
	try { theme = localStorage.getItem("tenure-theme"); } catch { /* storage may be forbidden */ }
	const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
	document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
