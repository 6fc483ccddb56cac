// Who did what in the organisation.
import { call, client } from "../../api/client";
import { pages } from "../../api/queries";

export const activityQuery = pages(["activity"], (after) => call(client.GET("/v1/activity", { params: { query: { after } } })));
