// Extra disks: what there is, what one would cost, and what can be done with one.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call, client } from "../../api/client";
import { gathered, pages } from "../../api/queries";
import type { Money, NewDisk } from "../../api/types";

const at = (id: string) => ({ params: { path: { id } } });

export const disksQuery = pages(["disks"], (after) => call(client.GET("/v1/disks", { params: { query: { after } } })), 3_000);

/** All of the project, for choosing one. */
export const disksFindQuery = queryOptions({
  queryKey: ["disks", "find"],
  queryFn: () => gathered((after) => call(client.GET("/v1/disks", { params: { query: { after, limit: 200 } } }))),
  refetchInterval: 3_000,
});

export const diskCreate = (body: NewDisk) => call(client.POST("/v1/disks", { body }));
export const diskAttach = (id: string, instance_id: string) => call(client.POST("/v1/disks/{id}/attach", { ...at(id), body: { instance_id } }));
export const diskDetach = (id: string) => call(client.POST("/v1/disks/{id}/detach", at(id)));
export const diskGrow = (id: string, size_gib: number) => call(client.POST("/v1/disks/{id}/grow", { ...at(id), body: { size_gib } }));
export const diskUpdate = (id: string, name: string) => call(client.PATCH("/v1/disks/{id}", { ...at(id), body: { name } }));
export const diskDelete = (id: string) => call(client.DELETE("/v1/disks/{id}", at(id)));

export const diskQuoteQuery = (size_gib: number) =>
  queryOptions({
    queryKey: ["disk-quote", size_gib],
    queryFn: () => call(client.POST("/v1/disk-quotes", { body: { size_gib } })),
    enabled: Number.isInteger(size_gib) && size_gib > 0,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export const diskPriceQuery = queryOptions({ queryKey: ["disk-price"], queryFn: () => call(client.GET("/v1/disk-price")) });
export const diskPriceUpdate = (gib_month: Money) => call(client.PATCH("/v1/disk-price", { body: { gib_month } }));
