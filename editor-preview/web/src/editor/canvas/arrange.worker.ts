import { arrange, type Plan } from "./arrange";

self.addEventListener("message", ({ data }: MessageEvent<Plan>) => {
  self.postMessage(arrange(data));
});
