/** The page: finds out where it runs, connects, and draws. */
import "./nonce.ts";
import "@xyflow/react/dist/base.css";
import "./styles/browser-theme.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/topology.css";
import "./styles/panel.css";
import "./styles/traffic.css";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { followBrowserTheme } from "./browser-theme.ts";
import { StoreContext } from "./store/hooks.ts";
import { PageStore } from "./store/page-store.ts";
import { connectSocket } from "./transport/socket.ts";
import { connectVsCode, findVsCodeApi } from "./transport/vscode.ts";

const vscode = findVsCodeApi(globalThis);
if (vscode === null) followBrowserTheme();

const store = new PageStore(
  (events) =>
    vscode === null
      ? connectSocket(events, {
          open: (url) => new WebSocket(url),
          after: (ms, callback) => void setTimeout(callback, ms),
          storage: localStorage,
          sessionStorage,
          location,
        })
      : connectVsCode(vscode, events),
  // A hidden page gets no frames, and its title and counters should still be right.
  (callback) =>
    void (document.hidden ? setTimeout(callback, 250) : requestAnimationFrame(callback)),
);

const root = document.getElementById("root");
if (root === null) throw new Error('the page needs <div id="root"></div>');
createRoot(root).render(
  <StoreContext value={store}>
    <App />
  </StoreContext>,
);
