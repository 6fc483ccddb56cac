// The shapes of the API under the names the console uses. They come from the OpenAPI document and from nowhere else.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type Money = Schemas["Money"];
export type Problem = Schemas["Problem"];
export type FieldError = Schemas["FieldError"];
export type Organisation = Schemas["Organisation"];
export type Session = Schemas["Session"];
export type ApiToken = Schemas["ApiToken"];
export type Size = Schemas["Size"];
export type Template = Schemas["Template"];
export type Region = Schemas["Region"];
export type Cycle = Schemas["Cycle"];
export type PaymentMethod = Schemas["PaymentMethod"];
export type Quote = Schemas["Quote"];
export type Order = Schemas["Order"];
export type Instance = Schemas["Instance"];
export type InstanceEvent = Schemas["InstanceEvent"];
export type Node = Schemas["NodeView"];
export type Operation = Schemas["Operation"];
export type Step = Operation["steps"][number];
export type Invoice = Schemas["Invoice"];
export type InvoiceSummary = Schemas["InvoiceSummary"];
export type Payment = Schemas["Payment"];
export type Activity = Schemas["Activity"];
export type Setup = Schemas["SetUp"];
export type SignUp = Schemas["SignUp"];
export type SizePatch = Schemas["SizePatch"];
export type OrganisationPatch = Schemas["OrganisationPatch"];
export type NewQuote = Schemas["NewQuote"];
export type NewOrder = Schemas["NewOrder"];
export type Period = Schemas["Period"];
