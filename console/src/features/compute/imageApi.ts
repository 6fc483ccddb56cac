// Images: a project's own, and the operator's templates with their versions.
import { call, client } from "../../api/client";
import { pages } from "../../api/queries";
import type { Image, NewImport, TemplatePatch } from "../../api/types";

const at = (id: string) => ({ params: { path: { id } } });
const MOVING = new Set<Image["state"]>(["uploading", "fetching", "checking", "deleting"]);

/** Whether it becomes something else by itself. */
export const isMoving = (image: Image): boolean => MOVING.has(image.state);

export const imagesQuery = pages(["images"], (after) => call(client.GET("/v1/images", { params: { query: { after } } })), 3_000);
export const imageDelete = (id: string) => call(client.DELETE("/v1/images/{id}", at(id)));

export const templatesAnyQuery = pages(["templates-any"], () => call(client.GET("/v1/operator/templates")), 2_000);
export const templateUpdate = (id: string, body: TemplatePatch) => call(client.PATCH("/v1/operator/templates/{id}", { ...at(id), body }));
export const imageImport = (body: NewImport) => call(client.POST("/v1/operator/images", { body }));
export const imageRetry = (id: string) => call(client.POST("/v1/operator/images/{id}/retry", at(id)));
export const imageWithdraw = (id: string) => call(client.DELETE("/v1/operator/images/{id}", at(id)));
