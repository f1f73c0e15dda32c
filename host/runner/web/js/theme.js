// Light, dark or as the system says. Loaded before the page is drawn, so that it does not flash.
(() => {
    const KEY = 'actlog-theme';
    const NAMES = ['auto', 'light', 'dark'];
    let name = 'auto';
    try {
        name = localStorage.getItem(KEY) ?? 'auto';
    } catch {
        // No storage: the choice lasts as long as the page.
    }
    if (!NAMES.includes(name)) name = 'auto';
    const root = document.documentElement;
    const apply = () => {
        root.dataset.theme = name;
        const button = document.getElementById('theme');
        if (button) button.textContent = `Theme: ${name}`;
    };
    apply();
    document.addEventListener('DOMContentLoaded', () => {
        apply();
        document.getElementById('theme').addEventListener('click', () => {
            name = NAMES[(NAMES.indexOf(name) + 1) % NAMES.length];
            try {
                localStorage.setItem(KEY, name);
            } catch {
                // As above.
            }
            apply();
        });
    });
})();
