// Who reaches whom: private networks, security groups, public addresses and their pools.
import { call, client, done } from "../../api/client";
import { pages } from "../../api/queries";
import type { Connection, NewAddressPool, NewNetwork, NewSecurityGroup, SecurityGroupPatch, SecurityRule } from "../../api/types";

const at = (id: string) => ({ params: { path: { id } } });

export const networksQuery = pages(["networks"], (after) => call(client.GET("/v1/networks", { params: { query: { after } } })), 5_000);
export const networkCreate = (body: NewNetwork) => call(client.POST("/v1/networks", { body }));
export const networkUpdate = (id: string, name: string) => call(client.PATCH("/v1/networks/{id}", { ...at(id), body: { name } }));
export const networkDelete = (id: string) => call(client.DELETE("/v1/networks/{id}", at(id)));
export const instanceConnect = (id: string, body: Connection) => call(client.PUT("/v1/instances/{id}/network", { ...at(id), body }));

export const securityGroupsQuery = pages(["security-groups"], (after) => call(client.GET("/v1/security-groups", { params: { query: { after } } })), 5_000);
export const securityGroupCreate = (body: NewSecurityGroup) => call(client.POST("/v1/security-groups", { body }));
export const securityGroupUpdate = (id: string, body: SecurityGroupPatch) => call(client.PATCH("/v1/security-groups/{id}", { ...at(id), body }));
export const securityGroupDelete = (id: string) => done(client.DELETE("/v1/security-groups/{id}", at(id)));
export const securityGroupPreview = (id: string, rules: SecurityRule[]) => call(client.POST("/v1/security-groups/{id}/preview", { ...at(id), body: { rules } }));

export const addressesQuery = pages(["addresses"], (after) => call(client.GET("/v1/addresses", { params: { query: { after } } })), 5_000);
export const addressCreate = (region_id: string) => call(client.POST("/v1/addresses", { body: { region_id } }));
export const addressUpdate = (id: string, reverse_name: string | null) => call(client.PATCH("/v1/addresses/{id}", { ...at(id), body: { reverse_name } }));
export const addressAssign = (id: string, instance_id: string | null) => call(client.POST("/v1/addresses/{id}/assign", { ...at(id), body: { instance_id } }));
export const addressDelete = (id: string) => done(client.DELETE("/v1/addresses/{id}", at(id)));

export const addressPoolsQuery = pages(["address-pools"], () => call(client.GET("/v1/address-pools")), 10_000);
export const addressPoolCreate = (body: NewAddressPool) => call(client.POST("/v1/address-pools", { body }));
export const addressPoolDelete = (id: string) => done(client.DELETE("/v1/address-pools/{id}", at(id)));
