import { arrange, type Plan } from "./arrange";
import { arrangeGroups } from "./arrangeGroups";

self.addEventListener("message", ({ data }: MessageEvent<Plan>) => {
  self.postMessage(arrangeGroups(data, arrange));
});
